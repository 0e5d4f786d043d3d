import type { CanarySample } from './canary-picture.ts';

/** A point of a line; a value of null breaks the line there. */
export interface Point {
  readonly at: number;
  readonly value: number | null;
  /** No neighbour to draw a line to: only a dot shows it. */
  readonly alone: boolean;
}

/** Longer without a sample than so many usual pauses is a gap. */
const GAP = 3;

/** One measurement of the samples over time, broken where there is no data. */
export function lineOf(
  samples: readonly CanarySample[],
  read: (sample: CanarySample) => number | null,
): readonly Point[] {
  const values = samples.map((sample) => ({ at: sample.at, value: finite(read(sample)) }));
  const longest = GAP * usualPause(values.map(({ at }) => at));
  const broken = values.flatMap((point, index) => {
    const before = values[index - 1];
    if (before === undefined || point.at - before.at <= longest) return [point];
    return [{ at: (before.at + point.at) / 2, value: null }, point];
  });
  const isNone = (index: number) => (broken[index]?.value ?? null) === null;
  return broken.map((point, index) => ({
    ...point,
    alone: point.value !== null && isNone(index - 1) && isNone(index + 1),
  }));
}

/** The newest value there is. */
export function newestOf(line: readonly Point[]): number | null {
  return line.findLast(({ value }) => value !== null)?.value ?? null;
}

/** The median time between samples; without any, nothing is a gap. */
function usualPause(times: readonly number[]): number {
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at));
  pauses.sort((one, other) => one - other);
  return pauses[Math.floor(pauses.length / 2)] || Number.POSITIVE_INFINITY;
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** A stretch of time, in milliseconds since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The stretches between samples in which a line has no data. */
export function gapsOf(line: readonly Point[]): readonly Gap[] {
  const gaps: Gap[] = [];
  let lastSeen = line[0]?.at;
  let isOpen = false;
  for (const { at, value } of line) {
    if (value === null) isOpen = true;
    if (value === null && at !== line.at(-1)?.at) continue;
    if (isOpen && lastSeen !== undefined && at > lastSeen) gaps.push({ from: lastSeen, to: at });
    lastSeen = at;
    isOpen = false;
  }
  return gaps;
}
