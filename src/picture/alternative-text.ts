import type { CanaryPicture } from './canary-picture.ts';
import { sayTime } from './numbers.ts';
import { isExceeded, newestSaid, type Panel, panelsOf } from './panel.ts';
import { WORDS } from './words.ts';

/** Slack takes no more. */
const LONGEST = 1_000;
const LONGEST_TITLE = 200;
const MOST_STEPS = 12;

/** What the picture shows and how it ended, with numbers, in a few sentences. */
export function alternativeTextOf(picture: CanaryPicture): string {
  const title = clipped(picture.title.replaceAll(/\s+/g, ' ').trim(), LONGEST_TITLE);
  const sentences = [
    `${title}: error rate and p95 latency of canary and baseline over time`,
    ...stepsOf(picture),
    ...panelsOf(picture).map(newest),
    endOf(picture),
  ];
  return clipped(sentences.map((sentence) => `${sentence}.`).join(' '), LONGEST);
}

function stepsOf({ steps }: CanaryPicture): readonly string[] {
  if (steps.length === 0) return [];
  const ordered = steps.toSorted((one, other) => one.at - other.at);
  const said = ordered
    .slice(-MOST_STEPS)
    .map(({ at, percent }) => `${percent}% at ${sayTime(at, 'minutes')}`);
  return [`Share of traffic: ${said.join(', ')}`];
}

function newest(panel: Panel): string {
  const { canary, baseline } = newestSaid(panel);
  const limit = panel.threshold === null ? '' : `, ${WORDS.limit} ${panel.say(panel.threshold)}`;
  const exceeded = isExceeded(panel) ? ' (exceeded)' : '';
  return `${panel.heading} at last: canary ${canary}, baseline ${baseline}${limit}${exceeded}`;
}

function endOf({ end, samples }: CanaryPicture): string {
  if (end !== null) return `Ended at ${sayTime(end.at, 'minutes')} UTC: ${clipped(end.word, LONGEST_TITLE)}`;
  return samples.length === 0 ? 'Not measured yet' : 'Not ended yet';
}

function clipped(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
