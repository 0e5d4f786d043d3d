import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Journal } from '../../../../src/playground/cloud/journal.ts';

function journalPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'slipway-journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'journal.jsonl');
}

function written(path: string, values: readonly unknown[]): void {
  const journal = new Journal(path);
  journal.compact([]);
  for (const value of values) journal.append(value);
  journal.close();
}

test('a journal that was never written is empty', () => {
  expect(new Journal(journalPath()).read()).toEqual([]);
});

test('what was appended is read in order', () => {
  const path = journalPath();
  written(path, [1, { two: 2 }, ['three']]);
  expect(new Journal(path).read()).toEqual([1, { two: 2 }, ['three']]);
});

test('compacting replaces what was there', () => {
  const path = journalPath();
  written(path, [1, 2, 3]);
  const journal = new Journal(path);
  journal.compact(['sum', 6]);
  journal.append('more');
  journal.close();
  expect(readFileSync(path, 'utf8')).toBe('"sum"\n6\n"more"\n');
});

test('a last line that was cut short is left out, and one that only lacks its end is kept', () => {
  const path = journalPath();
  written(path, [1]);
  appendFileSync(path, '{"cut');
  expect(new Journal(path).read()).toEqual([1]);

  written(path, [1]);
  appendFileSync(path, '{"whole":true}');
  expect(new Journal(path).read()).toEqual([1, { whole: true }]);
});

test('a broken line in the middle is a fault that names its place', () => {
  const path = journalPath();
  written(path, [1]);
  appendFileSync(path, '{"cut\n2\n');
  expect(() => new Journal(path).read()).toThrow(`${path}:2`);
});

test('nothing can be appended before the journal is open', () => {
  expect(() => new Journal(journalPath()).append(1)).toThrow('not open');
});
