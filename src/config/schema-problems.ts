import type { z } from 'zod';
import { nearest } from '../domain/nearest.ts';
import { configJsonSchema, type JsonSchema, keysAt } from './json-schema.ts';
import { type ConfigPath, type PathProblem, problemAt, valueText } from './problem.ts';
import { valueAt } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** What the schema's checks found, in the words of whoever wrote the file. `root` is the whole config. */
export function schemaProblems(issues: readonly Issue[], root: unknown): readonly PathProblem[] {
  const schema = configJsonSchema();
  return issues.flatMap((issue) => problemsOf(issue, root, schema));
}

/** The path of an issue as one of ours: there are no symbols in a config. */
export function pathOfIssue(issue: Issue): ConfigPath {
  return issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part));
}

function problemsOf(issue: Issue, root: unknown, schema: JsonSchema): readonly PathProblem[] {
  const path = pathOfIssue(issue);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, schema));
  const allowed = allowedBy(issue);
  if (issue.code === 'invalid_key') return [problemAt(path, 'this is not a name', { at: 'key', allowed })];
  const value = valueAt(root, path);
  if (value === undefined) return [problemAt(path, 'this is missing', { allowed })];
  const similar = typeof value === 'string' ? nearest(value, choicesOf(issue)) : [];
  return [problemAt(path, 'this does not fit', { found: valueText(value), allowed, nearest: similar })];
}

function unknownKey(path: ConfigPath, key: string, schema: JsonSchema): PathProblem {
  const keys = keysAt(path, schema);
  const more = { at: 'key', allowed: keys.join(', '), nearest: nearest(key, keys) } as const;
  return problemAt([...path, key], 'there is no such key', more);
}

/** What may stand where the issue is, for a person. */
function allowedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      // What may never stand there says why.
      if (issue.expected === 'never') return issue.message;
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return choicesOf(issue).join(', ');
    case 'invalid_union':
      return choicesOf(issue).join(', ') || issue.message;
    case 'too_small':
      return `at least ${amount(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `at most ${amount(issue.maximum, issue.origin)}`;
    case 'invalid_format':
      return FORMATS[issue.format] ?? issue.message;
    case 'invalid_key':
      return issue.issues.map(({ message }) => message).join(', ');
    default:
      return issue.message;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of names and values',
};

/** Formats that the schema does not explain itself. */
const FORMATS: Readonly<Record<string, string>> = {
  email: 'an e-mail address',
  datetime: 'a date and time with its zone, such as 2026-12-24T00:00:00+08:00',
};

function amount(count: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : origin === 'array' ? 'entry' : null;
  if (unit === null) return String(count);
  const plural = unit === 'entry' ? 'entries' : 'characters';
  return `${count} ${Number(count) === 1 ? unit : plural}`;
}

function choicesOf(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' && 'options' in issue ? (issue.options ?? []).map(String) : [];
}
