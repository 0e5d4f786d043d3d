import type { Operation } from '../../domain/operation.ts';
import type { MessageContent } from '../content.ts';
import { mention, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { fitList, section } from './blocks.ts';
import { versionText } from './change.ts';

/** Something that happened to an operation and gets a line in its thread (or the incident channel). */
export type ThreadLine =
  | { readonly kind: 'approved' | 'withdrawn'; readonly userId: string; readonly given: number }
  | { readonly kind: 'rejected'; readonly userId: string }
  /** `differences` are those of `planDifferences`. */
  | { readonly kind: 'voided'; readonly differences: readonly string[] }
  | {
      readonly kind: 'reminder';
      readonly approvers: readonly string[];
      readonly needed: number;
      readonly expiresAt: Date;
    }
  | { readonly kind: 'ended' }
  /** For the incident channel. */
  | { readonly kind: 'emergency'; readonly reason: string }
  /** A line from a step. */
  | { readonly kind: 'log'; readonly line: string };

const LONGEST_LIST = 10;
const LONGEST_LOG_LINE = 1_500;

/** One thread line about an operation. */
export function renderThreadLine(operation: Operation, line: ThreadLine, words: Words): MessageContent {
  const text = threadText(operation, line, words);
  return { text, blocks: [section([text], words.more)] };
}

function threadText(
  { plan, state, outcome, requesterId }: Operation,
  line: ThreadLine,
  words: Words,
): string {
  const { required } = plan.approval;
  const title = words.operation.title(plan.kind, plan.target);
  switch (line.kind) {
    case 'approved':
      return words.thread.approved(mention(line.userId), line.given, required);
    case 'withdrawn':
      return words.thread.withdrawn(mention(line.userId), line.given, required);
    case 'rejected':
      return words.thread.rejected(mention(line.userId));
    case 'voided':
      return words.thread.voided(line.differences);
    case 'reminder': {
      const who = fitList(line.approvers.map(mention), LONGEST_LIST, words.more);
      return words.thread.reminder(who, line.needed, title, moment(line.expiresAt));
    }
    case 'ended':
      return words.thread.ended(title, words.operation.states[state], outcome);
    case 'emergency':
      return words.thread.emergency(mention(requesterId), title, versionText(plan), line.reason);
    case 'log':
      return prose(line.line, LONGEST_LOG_LINE) || '…';
  }
}
