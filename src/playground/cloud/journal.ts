import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

/**
 * An append-only file of JSON values, one a line.
 *
 * Appending is synchronous, so a value that was appended before a `kill -9` is there afterwards.
 * A last line that was cut short by the kill is left out on reading; a broken line anywhere else is a fault.
 */
export class Journal {
  readonly #path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The values written so far, oldest first. Does not change the file. */
  read(): readonly unknown[] {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'utf8').split('\n');
    const torn = lines.pop();
    const values = lines.map((line, index) => parseLine(line, `${this.#path}:${index + 1}`));
    return torn === undefined || torn === '' ? values : [...values, ...parseTornLine(torn)];
  }

  /** Replaces the file, atomically, by these values and opens it for appending. */
  compact(values: Iterable<unknown>): void {
    const next = `${this.#path}.next`;
    const file = openSync(next, 'w');
    for (const value of values) writeSync(file, `${JSON.stringify(value)}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(next, this.#path);
    this.#file = openSync(this.#path, 'a');
  }

  /** Appends one value. Only after `compact`. */
  append(value: unknown): void {
    if (this.#file === undefined) throw new Error(`The journal ${this.#path} is not open for appending.`);
    writeSync(this.#file, `${JSON.stringify(value)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

function parseLine(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`The journal is damaged at ${where}: not a line of JSON.`, { cause });
  }
}

function parseTornLine(line: string): readonly unknown[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return [];
  }
}
