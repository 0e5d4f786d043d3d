import { actionsWith } from '../../../step-action.ts';
import type { GitRun } from '../binding.ts';

export const { defineAction, defineLook } = actionsWith<GitRun>();
