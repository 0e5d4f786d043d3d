import type { CanaryPicture } from './canary-picture.ts';
import { sayTime } from './numbers.ts';
import { EDGE, PLOT, SIZE, widthOf } from './style.ts';
import { WORDS } from './words.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TICK_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
];
const SHORTEST = 30 * SECOND;
/** Room beside the first and the last moment, as a share of the time between them. */
const MARGIN = 0.02;

/** The stretch of time that both charts share. Times are milliseconds since 1970. */
export interface TimeAxis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  say(tick: number): string;
}

/** Where a moment stands, in pixels from the left. */
export function pixelOf(at: number, { from, to }: TimeAxis): number {
  return PLOT.left + ((at - from) / (to - from)) * (PLOT.right - PLOT.left);
}

/** From the first moment that the picture knows of to the last, with ticks at round times of UTC. */
export function timeAxisOf({ samples, steps, end }: CanaryPicture): TimeAxis {
  const moments = [...samples, ...steps, ...(end === null ? [] : [end])].map(({ at }) => at);
  if (moments.length === 0) return { from: 0, to: 1, ticks: [], say: () => '' };
  const first = moments.reduce((one, other) => Math.min(one, other));
  const last = moments.reduce((one, other) => Math.max(one, other));
  const span = Math.max(SHORTEST, last - first);
  const margin = span * MARGIN;
  return axisBetween(first - margin, first + span + margin);
}

function axisBetween(from: number, to: number): TimeAxis {
  const detail = to - from > DAY ? 'date' : to - from < 4 * MINUTE ? 'seconds' : 'minutes';
  const most = detail === 'minutes' ? 6 : 4;
  const step = TICK_STEPS.find((each) => (to - from) / each <= most) ?? wholeDays((to - from) / most);
  const axis = { from, to, ticks: [], say: (tick: number) => sayTime(tick, detail) };
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step) * step; tick <= to; tick += step) {
    if (hasRoom(tick, axis)) ticks.push(tick);
  }
  return { ...axis, ticks };
}

/** Whether a time can be written below its tick, beside the name of the time zone. */
function hasRoom(tick: number, axis: TimeAxis): boolean {
  const middle = pixelOf(tick, axis);
  const half = widthOf(axis.say(tick)) / 2;
  return middle - half > EDGE + widthOf(WORDS.timeZone) && middle + half < SIZE.width;
}

function wholeDays(milliseconds: number): number {
  return Math.ceil(milliseconds / DAY) * DAY;
}
