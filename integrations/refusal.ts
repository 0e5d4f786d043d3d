import type { Refusal } from '../src/domain/refusal.ts';
import type { TargetRef } from '../src/domain/target.ts';
import { TargetError } from './target.ts';

/**
 * A fault that stands in the way of answering a person, as the refusal that tells them so.
 * Everything but a {@link TargetError} is a fault of our own and is thrown on.
 */
export function refusalOf(error: unknown, target: TargetRef): Refusal {
  if (!(error instanceof TargetError)) throw error;
  return { code: 'target-error', target, problem: error.problem, detail: error.message };
}
