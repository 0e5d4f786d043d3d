import type { StepRecord, StepState } from '../../domain/operation.ts';
import { prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';

const UNDO = 'undo:';
const CELLS = 10;
const LONGEST_MESSAGE = 200;

const MARKS: Readonly<Record<StepState, string>> = {
  pending: '○',
  running: '▸',
  succeeded: '✓',
  failed: '✗',
  skipped: '–',
};

/** What the lines of steps need beside the steps. */
export interface StepContext {
  readonly words: Words;
  readonly now: Date;
  /** The outcome says why a step failed, so the step need not. */
  readonly explained: boolean;
}

/** Every step with its mark, time and what it says; undo steps behind a line of their own. */
export function stepLines(steps: readonly StepRecord[], shown: StepContext): readonly string[] {
  const forward = steps.filter((step) => !step.id.startsWith(UNDO));
  const undo = steps.filter((step) => step.id.startsWith(UNDO));
  return [
    ...forward.map((step) => stepLine(step, shown)),
    ...(undo.length === 0 ? [] : [shown.words.operation.undoing]),
    ...undo.map((step) => stepLine(step, shown)),
  ];
}

/** `▰▰▰▰▰▰▱▱▱▱  3 of 5 steps · 12 s`. */
export function progressLine(steps: readonly StepRecord[], words: Words, elapsed: number): string {
  const forward = steps.filter((step) => !step.id.startsWith(UNDO));
  const done = forward.filter(({ state }) => state === 'succeeded' || state === 'skipped').length;
  const share = forward.length === 0 ? 0 : done / forward.length;
  return `${bar(share)}  ${words.operation.progress(done, forward.length, words.duration(elapsed))}`;
}

/** A share from 0 to 1 as ten cells; anything more than nothing shows. */
export function bar(share: number): string {
  const full = share <= 0 ? 0 : Math.min(CELLS, Math.max(1, Math.round(share * CELLS)));
  return '▰'.repeat(full) + '▱'.repeat(CELLS - full);
}

function stepLine(step: StepRecord, { words, now, explained }: StepContext): string {
  if (step.state === 'skipped') return `${MARKS.skipped} ${words.operation.skipped(step.title)}`;
  const title = step.state === 'running' ? `*${prose(step.title)}*` : prose(step.title);
  const time =
    step.startedAt === null
      ? ''
      : ` · ${words.duration((step.endedAt ?? now).getTime() - step.startedAt.getTime())}`;
  const isNeeded = step.state === 'running' || (step.state === 'failed' && !explained);
  const remark = isNeeded && step.message !== null ? `\n      ${prose(step.message, LONGEST_MESSAGE)}` : '';
  return `${MARKS[step.state]} ${title}${time}${remark}`;
}
