import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];

/** Where a command writes: lines for people or for pipes, in colour only where somebody sees it. */
export interface Terminal {
  /** One line of the result. */
  say(line: string): void;
  /** One line about what went wrong. */
  complain(line: string): void;
  /** The text in a style, if the result is read on a terminal and `NO_COLOR` does not forbid it. */
  paint(style: Style, text: string): string;
}

/**
 * A terminal on two streams, usually stdout and stderr. A full disk ends nothing that runs; `onLost` hears of each
 * line that is missing for it.
 */
export function createTerminal(out: Writable, err: Writable, onLost: () => void = () => undefined): Terminal {
  const unwritten = (error: Error) => {
    const code = 'code' in error ? error.code : undefined;
    // Whoever reads may have read enough, as `head` has: nothing is wrong with what goes on.
    if (code === 'EPIPE') return;
    if (code !== 'ENOSPC') throw error;
    onLost();
  };
  for (const stream of [out, err]) stream.on('error', unwritten);
  return {
    say: (line) => void out.write(`${line}\n`),
    complain: (line) => void err.write(`${line}\n`),
    paint: (style, text) => styleText(style, text, { stream: out }),
  };
}
