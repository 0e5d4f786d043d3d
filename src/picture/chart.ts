import type {
  EChartsOption,
  LineSeriesOption,
  MarkAreaComponentOption,
  XAXisComponentOption,
  YAXisComponentOption,
} from 'echarts';
import type { CanaryPicture } from './canary-picture.ts';
import { decorationsOf } from './decorations.ts';
import { type Gap, gapsOf, type Point } from './lines.ts';
import { type Panel, panelsOf } from './panel.ts';
import { COLOURS, DASHES, FONT, LETTERS, PANELS, PLOT, WIDTHS } from './style.ts';
import { pixelOf, type TimeAxis, timeAxisOf } from './time-axis.ts';
import { WORDS } from './words.ts';

/** Words among the lines, with a rim so that lines do not spoil them. */
const LABEL = {
  color: COLOURS.text,
  fontSize: LETTERS.body,
  fontWeight: 600,
  textBorderColor: COLOURS.background,
  textBorderWidth: 8,
} as const;
const LONE_POINT = 18;
/** A gap narrower than this, in pixels, is shaded without a word. */
const NARROW_GAP = 150;

/** One corner of an area and the opposite one. */
type Shade = Extract<NonNullable<MarkAreaComponentOption['data']>[number], readonly unknown[]>;

/** The whole picture as ECharts draws it. */
export function chartOf(picture: CanaryPicture): EChartsOption {
  const axis = timeAxisOf(picture);
  const panels = panelsOf(picture);
  return {
    animation: false,
    backgroundColor: COLOURS.background,
    textStyle: { fontFamily: FONT },
    grid: PANELS.map(({ top }) => ({
      left: PLOT.left,
      top,
      width: PLOT.right - PLOT.left,
      height: PLOT.height,
      outerBoundsMode: 'none',
    })),
    xAxis: panels.map((_, index) => timesOf(axis, index)),
    yAxis: panels.map(scaleOf),
    series: panels.flatMap((panel, index) => linesOf(panel, axis, index)),
    graphic: [...decorationsOf(picture, panels, axis)],
  };
}

/** Only the lower chart names the times; both mark them. */
function timesOf({ from, to, ticks, say }: TimeAxis, gridIndex: number): XAXisComponentOption {
  return {
    type: 'value',
    gridIndex,
    min: from,
    max: to,
    axisLine: { lineStyle: { color: COLOURS.boundary, width: 2 } },
    axisTick: {
      show: true,
      customValues: [...ticks],
      length: 8,
      lineStyle: { color: COLOURS.boundary, width: 2 },
    },
    splitLine: { show: false },
    axisLabel: {
      show: gridIndex === PANELS.length - 1,
      customValues: [...ticks],
      formatter: (value: number) => say(value),
      color: COLOURS.quiet,
      fontSize: LETTERS.body,
      margin: 16,
      showMinLabel: true,
      showMaxLabel: true,
      hideOverlap: true,
    },
  };
}

function scaleOf({ top, say }: Panel, gridIndex: number): YAXisComponentOption {
  return {
    type: 'value',
    gridIndex,
    min: 0,
    max: top,
    interval: top / 2,
    splitLine: { lineStyle: { color: COLOURS.grid, width: 2 } },
    axisLabel: {
      formatter: (value: number) => say(value),
      color: COLOURS.quiet,
      fontSize: LETTERS.body,
      margin: 14,
    },
  };
}

/** The baseline lies under the canary; threshold and gaps lie under both. */
function linesOf(panel: Panel, axis: TimeAxis, index: number): readonly LineSeriesOption[] {
  const place = { type: 'line', xAxisIndex: index, yAxisIndex: index, silent: true } as const;
  return [
    {
      ...place,
      name: WORDS.baseline,
      symbol: 'diamond',
      data: pointsOf(panel.baseline),
      z: 3,
      itemStyle: { color: COLOURS.baseline },
      lineStyle: { color: COLOURS.baseline, width: WIDTHS.baseline, type: [...DASHES.baseline] },
      markLine: limitOf(panel),
      markArea: shadesOf(panel, axis),
    },
    {
      ...place,
      name: WORDS.canary,
      symbol: 'circle',
      data: pointsOf(panel.canary),
      z: 4,
      itemStyle: { color: COLOURS.canary },
      lineStyle: { color: COLOURS.canary, width: WIDTHS.canary, join: 'round', cap: 'round' },
    },
  ];
}

function pointsOf(line: readonly Point[]) {
  return line.map(({ at, value, alone }) => ({
    value: [at, value ?? '-'],
    symbolSize: alone ? LONE_POINT : 0,
  }));
}

function limitOf({ threshold, say }: Panel): NonNullable<LineSeriesOption['markLine']> {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    lineStyle: { color: COLOURS.limit, width: WIDTHS.limit, type: [...DASHES.limit] },
    label: {
      position: 'insideStartTop',
      formatter: `${WORDS.limit} ${threshold === null ? '' : say(threshold)}`,
      ...LABEL,
    },
    data: threshold === null ? [] : [{ yAxis: threshold }],
  };
}

/** What is beyond the threshold, and where the canary has no data. */
function shadesOf(
  { canary, threshold, top }: Panel,
  axis: TimeAxis,
): NonNullable<LineSeriesOption['markArea']> {
  return {
    silent: true,
    animation: false,
    label: { position: 'insideTop', distance: 16, ...LABEL },
    data: [
      ...(threshold === null ? [] : [beyond(threshold, top)]),
      ...gapsOf(canary).map((gap) => withoutData(gap, axis)),
    ],
  };
}

function beyond(threshold: number, top: number): Shade {
  return [{ yAxis: threshold, itemStyle: { color: COLOURS.beyond } }, { yAxis: top }];
}

function withoutData({ from, to }: Gap, axis: TimeAxis): Shade {
  const isWide = pixelOf(to, axis) - pixelOf(from, axis) >= NARROW_GAP;
  const label = { show: isWide, formatter: WORDS.noData };
  return [{ xAxis: from, itemStyle: { color: COLOURS.noData }, label }, { xAxis: to }];
}
