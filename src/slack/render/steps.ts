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

/** Every step with its mark, time and what it says; undo steps behind a line of their own. */
export function stepLines(steps: readonly StepRecord[], words: Words, now: Date): readonly string[] {
  const forward = steps.filter((step) => !step.id.startsWith(UNDO));
  const undo = steps.filter((step) => step.id.startsWith(UNDO));
  return [
    ...forward.map((step) => stepLine(step, words, now)),
    ...(undo.length === 0 ? [] : [words.operation.undoing]),
    ...undo.map((step) => stepLine(step, words, now)),
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

function stepLine(step: StepRecord, words: Words, now: Date): string {
  if (step.state === 'skipped') return `${MARKS.skipped} ${words.operation.skipped(step.title)}`;
  const title = step.state === 'running' ? `*${prose(step.title)}*` : prose(step.title);
  const time =
    step.startedAt === null
      ? ''
      : ` · ${words.duration((step.endedAt ?? now).getTime() - step.startedAt.getTime())}`;
  return `${MARKS[step.state]} ${title}${time}${remark(step)}`;
}

/** What the step says for itself, where a reader still needs it: while it runs, and why it failed. */
function remark(step: StepRecord): string {
  const needed = step.state === 'running' || step.state === 'failed';
  return needed && step.message !== null ? `\n      ${prose(step.message, LONGEST_MESSAGE)}` : '';
}
