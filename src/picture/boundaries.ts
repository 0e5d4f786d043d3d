import type { CanaryPicture } from './canary-picture.ts';
import { EDGE, SIZE, STRIP_ROWS, widthOf } from './style.ts';
import { pixelOf, type TimeAxis } from './time-axis.ts';

/** A vertical line through both charts, with what it is called above them. */
export interface Boundary {
  readonly kind: 'step' | 'end';
  /** Pixels from the left. */
  readonly x: number;
  /** Where its name begins and in which row; null if there is no room for the name. */
  readonly name: Name | null;
}

export interface Name {
  readonly text: string;
  /** Pixels from the left, and wide. */
  readonly left: number;
  readonly width: number;
  /** Of STRIP_ROWS. */
  readonly row: number;
}

const GAP = 12;
const PILL_PADDING = 18;
const LONGEST_WORD = 460;

interface Taken {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** The lines of the steps and of the end. The end's name has room first, then the newest step's. */
export function boundariesOf({ steps, end }: CanaryPicture, axis: TimeAxis): readonly Boundary[] {
  const taken: Taken[] = [];
  const boundaries: Boundary[] = [];
  if (end !== null) boundaries.push(endAt(pixelOf(end.at, axis), end.word, taken));
  for (const { at, percent } of steps.toSorted((one, other) => other.at - one.at)) {
    boundaries.push(stepAt(pixelOf(at, axis), `${percent}%`, taken));
  }
  return boundaries;
}

function endAt(x: number, text: string, taken: Taken[]): Boundary {
  const width = Math.min(LONGEST_WORD, widthOf(text)) + 2 * PILL_PADDING;
  const left = Math.max(EDGE, Math.min(x - width / 2, SIZE.width - EDGE - width));
  taken.push({ row: 0, from: left, to: left + width });
  return { kind: 'end', x, name: { text, left, width, row: 0 } };
}

function stepAt(x: number, text: string, taken: Taken[]): Boundary {
  const width = widthOf(text);
  const left = Math.min(x + GAP, SIZE.width - width);
  const isFree = (row: number) =>
    taken.every((other) => other.row !== row || left > other.to + GAP || left + width < other.from - GAP);
  const row = STRIP_ROWS.findIndex((_, index) => isFree(index));
  if (row === -1) return { kind: 'step', x, name: null };
  taken.push({ row, from: left, to: left + width });
  return { kind: 'step', x, name: { text, left, width, row } };
}
