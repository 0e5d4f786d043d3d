import type { CanaryLook, CanaryMove, CanaryView } from '../../domain/canary.ts';
import type { Operation, OperationView } from '../../domain/operation.ts';
import type { VerdictKind } from '../../domain/verdict.ts';
import { mention, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { bar } from './steps.ts';

const MOST_MOVES = 6;
const MOST_LOOKS = 5;
const MOST_MEASUREMENTS = 3;
const LONGEST_DETAIL = 120;

const VERDICT_SIGNS: Readonly<Record<VerdictKind, string>> = {
  pass: '✅',
  fail: '❌',
  'no-data': '⚪',
  unavailable: '🔌',
};

/** What the lines of a canary need beside it. */
export interface CanaryContext {
  readonly words: Words;
  readonly now: Date;
}

/** How far it is, why it waits, its weights over time and its last looks; empty for other operations. */
export function canaryLines(view: OperationView, shown: CanaryContext): readonly string[] {
  const { operation, canary } = view;
  const { words } = shown;
  if (canary === null) {
    const { canary: terms, extension } = operation.plan;
    return [
      ...(terms === undefined ? [] : [words.canary.terms(terms)]),
      ...(extension === undefined ? [] : [words.canary.extension(extension)]),
    ];
  }
  const runs = operation.state === 'running';
  return [
    ...(runs ? presentLines(operation, canary, shown) : []),
    ...movesLines(canary.moves, words),
    ...looksLines(canary.looks, runs, words),
  ];
}

function presentLines(operation: Operation, canary: CanaryView, shown: CanaryContext): readonly string[] {
  const { words } = shown;
  return [
    `${bar(canary.percent / 100)}  *${words.canary.share(canary.percent)}*`,
    timeLine(operation, canary, shown),
    ...(canary.trouble === null ? [] : [words.canary.held(canary.trouble)]),
  ];
}

/** How long this step is still watched, and what comes then. */
function timeLine({ plan }: Operation, canary: CanaryView, { words, now }: CanaryContext): string {
  const { pauseEndsAt } = canary;
  if (pauseEndsAt === null) return words.canary.moving;
  const left = pauseEndsAt.getTime() - now.getTime();
  const next = canary.terms.steps.find((step) => step > canary.percent);
  const goesOn = canary.auto && next !== undefined;
  const time =
    left > 0 ? words.canary.watched(moment(pauseEndsAt), words.duration(left)) : words.canary.watchedEnough;
  const after = goesOn ? words.canary.next(next) : words.canary.waitsForWord(plan.target);
  const last = next === undefined ? [words.canary.farthest] : [];
  const look = goesOn && left <= 0 ? [words.canary.waitsForLook] : [after];
  return `${[time, ...last, ...look].join('; ')}.`;
}

/** `10 % 10:00 <@U0ANA>  →  50 % 10:10`. */
function movesLines(moves: readonly CanaryMove[], words: Words): readonly string[] {
  if (moves.length === 0) return [];
  const hidden = moves.length - MOST_MOVES;
  const shown = moves.slice(-MOST_MOVES).map(({ at, percent, by }) => {
    const who = by === null ? words.canary.itself : mention(by);
    return `*${percent} %* ${moment(at)} (${who})`;
  });
  return [[...(hidden > 0 ? [words.canary.earlier(hidden)] : []), ...shown].join('  →  ')];
}

function looksLines(looks: readonly CanaryLook[], runs: boolean, words: Words): readonly string[] {
  if (looks.length === 0) return runs ? [words.canary.noLooks] : [];
  const newest = looks.slice(-MOST_LOOKS).reverse();
  return [words.canary.looks, ...newest.map((look) => lookLine(look, words))];
}

/** `❌ 10:08 · 50 % · fail · error rate 21 % (limit 1 %, baseline 0.1 %)`. */
function lookLine({ at, percent, verdict }: CanaryLook, words: Words): string {
  const measured = verdict.measurements
    .slice(0, MOST_MEASUREMENTS)
    .map((measurement) => words.canary.measurement(measurement));
  const judged = verdict.kind === 'pass' || verdict.kind === 'fail';
  const why = judged && measured.length > 0 ? measured : [prose(verdict.detail, LONGEST_DETAIL)];
  const hidden = judged ? verdict.measurements.length - MOST_MEASUREMENTS : 0;
  const parts = [moment(at), `${percent} %`, words.canary.verdicts[verdict.kind], ...why];
  return `${VERDICT_SIGNS[verdict.kind]} ${[...parts, ...(hidden > 0 ? [words.more(hidden)] : [])].join(' · ')}`;
}
