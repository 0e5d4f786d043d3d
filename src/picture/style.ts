/** A dark card of its own: easy on the eyes at night, and framed by itself on a light page. */
export const COLOURS = {
  background: '#15181d',
  text: '#f4f5f6',
  quiet: '#b9c0c9',
  grid: '#39404a',
  boundary: '#7c8694',
  noData: 'rgba(160, 170, 185, 0.20)',
  beyond: 'rgba(255, 90, 90, 0.16)',
  exceeded: '#8c1f28',
  limit: '#f4f5f6',
  /** Orange and sky blue of Okabe and Ito, which colour-blind people tell apart; one is dashed besides. */
  canary: '#ff9a3c',
  baseline: '#56b4e9',
} as const;

/** Pixels of the whole picture. Shown 360 wide, as on a phone, its smallest letters are 10 high. */
export const SIZE = { width: 1200, height: 940 } as const;

/** Sizes of letters, in pixels. */
export const LETTERS = { title: 46, heading: 38, body: 34 } as const;

/** A letter is on average so wide, as a share of its height: a little more than it is. */
const LETTER_WIDTH = 0.62;

/** How many pixels the text takes at most, as a rule, in the size of the body. */
export function widthOf(text: string): number {
  return text.length * LETTERS.body * LETTER_WIDTH;
}

export const FONT = 'Slipway Inter';

/** The middle of the title, in pixels from the top, and how far all text stays from the edges. */
export const TITLE = 52;
export const EDGE = 24;

/** Where the two charts stand, in pixels from the left and the top, with their headings. */
export const PLOT = { left: 156, right: 1160, height: 262 } as const;
export const PANELS = [
  { heading: 126, top: 252 },
  { heading: 570, top: 612 },
] as const;
export const BOTTOM = 612 + PLOT.height;

/** The rows above the upper chart in which steps and the end are named; the first that has room is taken. */
export const STRIP_ROWS = [224, 178] as const;

export const DASHES = { baseline: [18, 10], limit: [5, 9] } as const;
export const WIDTHS = { canary: 7, baseline: 6, limit: 4 } as const;
