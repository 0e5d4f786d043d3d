import {
  appendFileSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';

/**
 * The memory of a playground service: a list of JSON entries that survives `kill -9`.
 * What an entry means is its owner's business; whoever replays them parses them.
 */
export interface Journal {
  /** What was on record when the journal was opened, oldest first. */
  readonly entries: readonly unknown[];
  /** Writes one entry through to the file before it returns. */
  append(entry: object): void;
  /** Replaces everything on record by these entries, atomically. */
  compact(entries: readonly object[]): void;
  close(): void;
}

/**
 * Opens a file of JSON lines, creating it if it is missing. A last line without its end was being written
 * when the process died: nobody was told that it happened, so it is dropped.
 *
 * @throws when a complete line is not JSON: the file was damaged by something else.
 */
export function openJournal(path: string): Journal {
  const entries = readEntries(path);
  writeEntries(path, entries);
  let file = openSync(path, 'a');
  return {
    entries,
    append: (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`),
    compact: (kept) => {
      writeEntries(path, kept);
      closeSync(file);
      file = openSync(path, 'a');
    },
    close: () => closeSync(file),
  };
}

/** A journal that forgets everything when its owner does. */
export function memoryJournal(): Journal {
  return { entries: [], append: () => undefined, compact: () => undefined, close: () => undefined };
}

function readEntries(path: string): readonly unknown[] {
  const lines = readText(path).split('\n');
  return lines.slice(0, -1).map((line, index) => parseLine(path, line, index + 1));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function parseLine(path: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${path}:${number} is not a JSON entry`, { cause });
  }
}

function writeEntries(path: string, entries: readonly unknown[]): void {
  const draft = `${path}.new`;
  writeFileSync(draft, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  const file = openSync(draft, 'r');
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}
