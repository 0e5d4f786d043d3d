import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';
import { LineChart } from 'echarts/charts';
import { GraphicComponent, GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import { init, setPlatformAPI, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { CanaryPicture } from './canary-picture.ts';
import { chartOf } from './chart.ts';
import { FONT, SIZE } from './style.ts';

const FONT_FILES = [
  '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf',
  '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf',
  '@expo-google-fonts/inter/700Bold/Inter_700Bold.ttf',
];

/** ECharts measures every ASCII character, and the canvas takes no text with this one. */
const UNMEASURABLE = '\0';

/**
 * Draws the picture as a PNG, the same bytes for the same picture. It takes long enough to be noticed,
 * so it is for a thread of its own: see `paint-worker.ts`.
 */
export function paint(picture: CanaryPicture): Promise<Uint8Array> {
  prepare();
  const canvas = createCanvas(SIZE.width, SIZE.height);
  const chart = init(canvas, null, { renderer: 'canvas', devicePixelRatio: 1, ...SIZE });
  chart.setOption(chartOf(picture));
  chart.getZr().flush();
  const png = canvas.encode('png');
  chart.dispose();
  return png;
}

/** Text is measured and drawn in the fonts that we bring, whatever the machine has. */
function prepare(): void {
  const { resolve } = createRequire(import.meta.url);
  for (const file of FONT_FILES) GlobalFonts.registerFromPath(resolve(file), FONT);
  use([LineChart, GridComponent, GraphicComponent, MarkLineComponent, MarkAreaComponent, CanvasRenderer]);
  const ruler = createCanvas(1, 1).getContext('2d');
  setPlatformAPI({
    measureText: (text, font = '') => {
      ruler.font = font;
      return ruler.measureText(text.replaceAll(UNMEASURABLE, ''));
    },
  });
}
