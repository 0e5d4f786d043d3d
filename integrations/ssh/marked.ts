import { Transform, type TransformCallback } from 'node:stream';

/** Bytes of greeting that a login may print before the marker. */
const MOST_GREETING = 1_024 * 1_024;
const ENDLESS = 'the login does not stop printing';

/** Takes away what comes before the line `MARKER WORD`, and that line; the rest passes as it is. */
export class Marked extends Transform {
  readonly #marker: Buffer;
  #before: Buffer | null = Buffer.alloc(0);
  /** The word behind the marker; null until it came. */
  word: string | null = null;

  constructor(marker: string) {
    super();
    this.#marker = Buffer.from(`${marker} `);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#before !== null) this.#look(Buffer.concat([this.#before, chunk]));
    else this.push(chunk);
    done(this.#before === null || this.#before.length < MOST_GREETING ? null : new Error(ENDLESS));
  }

  #look(bytes: Buffer): void {
    const begin = bytes.indexOf(this.#marker);
    const end = begin < 0 ? -1 : bytes.indexOf('\n', begin);
    this.#before = end < 0 ? bytes : null;
    if (end < 0) return;
    this.word = bytes.toString('utf8', begin + this.#marker.length, end);
    this.push(bytes.subarray(end + 1));
  }
}
