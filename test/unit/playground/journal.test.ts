import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openJournal } from '../../../src/playground/journal.ts';

function journalPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'slack.jsonl');
}

test('entries are in the file before append returns, and come back in order', () => {
  const path = journalPath();
  const journal = openJournal(path);
  journal.append({ id: 1 });
  journal.append({ id: 2 });
  expect(readFileSync(path, 'utf8')).toBe('{"id":1}\n{"id":2}\n');
  expect(openJournal(path).entries).toEqual([{ id: 1 }, { id: 2 }]);
});

test.for(['{"id":', '{"id":3}', '\u0000', '"'])('a last line torn at %j is dropped', (torn) => {
  const path = journalPath();
  openJournal(path).append({ id: 1 });
  appendFileSync(path, torn);
  const journal = openJournal(path);
  journal.append({ id: 2 });
  expect(openJournal(path).entries).toEqual([{ id: 1 }, { id: 2 }]);
});

test('a damaged line in the middle is reported with its place', () => {
  const path = journalPath();
  writeFileSync(path, '{"id":1}\nnonsense\n{"id":2}\n');
  expect(() => openJournal(path)).toThrow(`${path}:2 is not a JSON entry`);
});

test('compacting replaces what is on record, and later entries follow it', () => {
  const path = journalPath();
  const journal = openJournal(path);
  for (const id of [1, 2, 3]) journal.append({ id });
  journal.compact([{ id: 3 }]);
  journal.append({ id: 4 });
  expect(openJournal(path).entries).toEqual([{ id: 3 }, { id: 4 }]);
});
