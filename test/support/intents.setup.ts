import { beforeEach } from 'vitest';
import { forgetIntents } from '../contract/target/drive.ts';

beforeEach(forgetIntents);
