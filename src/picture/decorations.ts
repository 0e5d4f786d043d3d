import type { GraphicComponentOption } from 'echarts';
import { type Boundary, boundariesOf, type Name } from './boundaries.ts';
import type { CanaryPicture } from './canary-picture.ts';
import { newestOf } from './lines.ts';
import { isExceeded, newestSaid, type Panel } from './panel.ts';
import {
  BOTTOM,
  COLOURS,
  DASHES,
  EDGE,
  FONT,
  LETTERS,
  PANELS,
  PLOT,
  SIZE,
  STRIP_ROWS,
  TITLE,
  WIDTHS,
} from './style.ts';
import type { TimeAxis } from './time-axis.ts';
import { WORDS } from './words.ts';

/** Where the legend's lines begin, in pixels from the left, and how long they are. */
const LEGEND = { canary: 400, baseline: 790, swatch: 64, gap: 18 } as const;
/** From the middle of a name to the top of its line, and from the axis to the middle of its times. */
const HALF_ROW = 22;
const BELOW_AXIS = 30;

/** All that stands around the lines: title, headings with their legend, steps and the end. */
export function decorationsOf(
  picture: CanaryPicture,
  panels: readonly Panel[],
  axis: TimeAxis,
): readonly GraphicComponentOption[] {
  return [
    titleOf(picture.title),
    ...(axis.ticks.length === 0 ? [] : [timeZone()]),
    ...PANELS.flatMap((place, index) => headingOf(panels[index], place)),
    ...boundariesOf(picture, axis).flatMap(drawn),
  ];
}

function titleOf(title: string): GraphicComponentOption {
  const width = SIZE.width - 2 * EDGE;
  return text(title, { x: EDGE, y: TITLE, size: LETTERS.title, weight: 700, width });
}

function timeZone(): GraphicComponentOption {
  return text(WORDS.timeZone, { x: EDGE, y: BOTTOM + BELOW_AXIS, fill: COLOURS.quiet });
}

/** What the chart shows, and the newest values beside a piece of their lines. */
function headingOf(
  panel: Panel | undefined,
  { heading: y, top }: (typeof PANELS)[number],
): readonly GraphicComponentOption[] {
  if (panel === undefined) return [];
  const newest = newestSaid(panel);
  const isEmpty = newestOf(panel.canary) === null && newestOf(panel.baseline) === null;
  const dashed = { lineWidth: WIDTHS.baseline, lineDash: [...DASHES.baseline] };
  const valueAt = (x: number) => ({ x: x + LEGEND.swatch + LEGEND.gap, y, weight: 600 }) as const;
  return [
    text(panel.heading, { x: EDGE, y, size: LETTERS.heading, weight: 700 }),
    swatch(LEGEND.canary, y, { stroke: COLOURS.canary, lineWidth: WIDTHS.canary }),
    text(`${WORDS.canary} ${newest.canary}`, { ...valueAt(LEGEND.canary), warns: isExceeded(panel) }),
    swatch(LEGEND.baseline, y, { stroke: COLOURS.baseline, ...dashed }),
    text(`${WORDS.baseline} ${newest.baseline}`, valueAt(LEGEND.baseline)),
    ...(isEmpty ? [emptiness(top)] : []),
  ];
}

function emptiness(top: number): GraphicComponentOption {
  const [x, y] = [(PLOT.left + PLOT.right) / 2, top + PLOT.height * 0.75];
  return text(WORDS.noData, { x, y, size: LETTERS.heading, align: 'center' });
}

/** A line through each chart, which does not run through the heading between them. */
function drawn({ kind, x, name }: Boundary): readonly GraphicComponentOption[] {
  const pen =
    kind === 'end'
      ? { z: 6, style: { stroke: COLOURS.text, lineWidth: 4 } }
      : { z: 1, style: { stroke: COLOURS.boundary, lineWidth: 3 } };
  const lines = PANELS.map(({ top }, index): GraphicComponentOption => {
    const y1 = index === 0 ? (STRIP_ROWS[name?.row ?? 0] ?? top) - HALF_ROW : top;
    return { type: 'line', shape: { x1: x, y1, x2: x, y2: top + PLOT.height }, ...pen };
  });
  if (name === null) return lines;
  return [...lines, ...(kind === 'end' ? pill(name) : [text(name.text, { x: name.left, y: rowOf(name) })])];
}

/** The end's word, dark on light: the first thing that is seen. */
function pill(name: Name): readonly GraphicComponentOption[] {
  const { left: x, width } = name;
  const y = rowOf(name);
  const shape = { x, y: y - HALF_ROW, width, height: 2 * HALF_ROW, r: 10 };
  const lettering = { weight: 700, fill: COLOURS.background, align: 'center', width: width - 24 } as const;
  return [
    { type: 'rect', z: 6, shape, style: { fill: COLOURS.text } },
    text(name.text, { x: x + width / 2, y, ...lettering }),
  ];
}

function rowOf({ row }: Name): number {
  return STRIP_ROWS[row] ?? STRIP_ROWS[0];
}

interface Lettering {
  readonly size?: number;
  readonly weight?: 400 | 600 | 700;
  readonly fill?: string;
  readonly align?: 'left' | 'center';
  /** Longer text is clipped and ends in an ellipsis. */
  readonly width?: number;
  /** Stands out against all else. */
  readonly warns?: boolean;
}

function text(
  words: string,
  place: Lettering & { readonly x: number; readonly y: number },
): GraphicComponentOption {
  return {
    type: 'text',
    z: 7,
    x: place.x,
    y: place.y,
    style: { ...lettering(place), text: printable(words) },
  };
}

function lettering(wanted: Lettering) {
  const {
    size = LETTERS.body,
    weight = 400,
    fill = COLOURS.text,
    align = 'left',
    width,
    warns = false,
  } = wanted;
  return {
    fontFamily: FONT,
    fontSize: size,
    fontWeight: weight,
    fill,
    align,
    verticalAlign: 'middle',
    ...(width === undefined ? {} : { width, overflow: 'truncate', ellipsis: '…' }),
    ...(warns ? { backgroundColor: COLOURS.exceeded, padding: [9, 12], borderRadius: 10 } : {}),
  } as const;
}

/** One line, without what a canvas cannot take. */
function printable(words: string): string {
  return words.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

function swatch(
  x: number,
  y: number,
  style: { readonly stroke: string; readonly lineWidth: number; readonly lineDash?: number[] },
): GraphicComponentOption {
  return { type: 'line', z: 5, shape: { x1: x, y1: y, x2: x + LEGEND.swatch, y2: y }, style };
}
