import type { CanaryTerms, CanaryTrouble } from '../../domain/canary.ts';
import type { Measurement } from '../../domain/verdict.ts';
import { code, moment, prose } from '../mrkdwn.ts';
import { duration } from './en-terms.ts';
import type { CanaryWords } from './words.ts';

const WHEN = '{date_short_pretty} {time}';
const LONGEST_NAME = 40;
const LONGEST_FINDING = 200;

/** What is said of canaries, in English. */
export const canary: CanaryWords = {
  terms: (terms) =>
    [
      `*Canary:* begins with ${terms.first} %, may go to ${farthest(terms)} (steps ${steps(terms)}).`,
      `Each step is watched for ${duration(terms.pause)}.`,
      terms.auto ? 'It walks through the steps by itself.' : 'It goes on when somebody says so.',
    ].join(' '),
  extension: ({ operationId, from, to, approved }) =>
    [
      `*From ${from} % to ${to === 100 ? 'all' : `${to} %`} of the traffic,* for the canary that runs (${code(operationId)}).`,
      `${approved} % was approved before.`,
      'If it ends or moves before that, this is void.',
    ].join(' '),
  share,
  moving: 'Traffic is being moved.',
  watched: (whenText, left) => `Watched until ${whenText}, ${left} left in this step`,
  watchedEnough: 'This step has been watched for its time',
  next: (percent) => `then ${percent === 100 ? 'it is promoted' : `${percent} %`} by itself`,
  waitsForWord: ({ service, environment }) => {
    const where = `${service} ${environment}`;
    return `then it waits for ${code(`/canary promote ${where}`)}, ${code(`/canary abort ${where}`)} or another percent`;
  },
  waitsForLook: 'it goes on after the next look that passes',
  farthest: 'this is the last step that was approved',
  held: (trouble) => `:double_vertical_bar: *Held:* ${troubleText(trouble)}.`,
  itself: 'itself',
  earlier: (count) => `${count} earlier`,
  looks: '*Last looks*, newest first:',
  noLooks: 'Not looked at yet.',
  verdicts: { pass: 'pass', fail: 'fail', 'no-data': 'no data', unavailable: 'unavailable' },
  measurement,
  none: 'No canary is running.',
  title: 'Canaries',
  instructed: ({ service, environment }, instruction) => {
    const its = `the canary of ${code(`${service}/${environment}`)}`;
    switch (instruction.kind) {
      case 'move':
        return `:ok_hand: Giving ${its} ${instruction.percent} % of the traffic. Its message shows how it goes.`;
      case 'promote':
        return `:ok_hand: Promoting ${its}. Its message shows how it goes.`;
      case 'auto':
        return `:ok_hand: From now on ${its} walks through its steps by itself. Its message shows how it goes.`;
      case 'abort':
        return `:ok_hand: Taking back ${its}. Its message shows how it goes.`;
    }
  },
};

/** What holds or ended a canary, as a part of a sentence. */
export function troubleText(trouble: CanaryTrouble): string {
  switch (trouble.code) {
    case 'failing':
      return `the analysis failed ${trouble.failures} ${trouble.failures === 1 ? 'time' : 'times'} in a row (limit ${trouble.limit})`;
    case 'no-data':
      return `there has been nothing to judge it by since ${since(trouble.heldSince)}`;
    case 'unavailable':
      return `what judges it could not be asked since ${since(trouble.heldSince)}`;
    case 'alert':
      return `the alert “${prose(trouble.name, LONGEST_FINDING)}” is firing`;
    case 'not-ours':
      return `somebody else changed the traffic (${prose(trouble.found, LONGEST_FINDING)})`;
  }
}

/** `10 % of the traffic`. */
export function share(percent: number): string {
  return percent === 100 ? 'all of the traffic' : `${percent} % of the traffic`;
}

function since(at: string): string {
  return moment(new Date(at), WHEN);
}

function farthest({ steps }: CanaryTerms): string {
  const last = steps.at(-1) ?? 0;
  return last === 100 ? 'all of the traffic' : `${last} %`;
}

function steps({ steps }: CanaryTerms): string {
  return steps.map((step) => `${step} %`).join(' → ');
}

/** `error rate 2.1 % (limit 1 %, baseline 0.1 %)`. */
function measurement({ name, canary, baseline, limit, unit }: Measurement): string {
  const beside = [
    ...(limit === null ? [] : [`limit ${quantity(limit, unit)}`]),
    ...(baseline === null ? [] : [`baseline ${quantity(baseline, unit)}`]),
  ];
  const measured = canary === null ? 'not measured' : quantity(canary, unit);
  const compared = beside.length === 0 ? '' : ` (${beside.join(', ')})`;
  return `${prose(name, LONGEST_NAME)} ${measured}${compared}`;
}

function quantity(value: number, unit: Measurement['unit']): string {
  switch (unit) {
    case 'ratio':
      return `${rounded(value * 100)} %`;
    case 'ms':
      return `${Math.round(value)} ms`;
    case 'number':
      return `${rounded(value)}`;
  }
}

/** Three digits are enough to compare. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
