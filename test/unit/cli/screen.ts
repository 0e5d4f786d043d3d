import { PassThrough } from 'node:stream';
import { createTerminal, type Terminal } from '../../../src/cli/terminal.ts';

export interface Screen {
  readonly terminal: Terminal;
  /** What was written so far. */
  out(): string;
  err(): string;
}

/** A terminal whose two streams are remembered; `colours` makes it look like one that somebody watches. */
export function screen({ colours = false }: { readonly colours?: boolean } = {}): Screen {
  const [out, err] = [new PassThrough(), new PassThrough()];
  if (colours) Object.assign(out, { isTTY: true, getColorDepth: () => 8 });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { terminal: createTerminal(out, err), out: () => text(out), err: () => text(err) };
}
