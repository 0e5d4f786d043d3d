import { maskSecrets } from '../../integrations/mask.ts';

/** The way to a value in the config: names of keys and places in lists. */
export type ConfigPath = readonly (string | number)[];

/** Something wrong in the config, by where it is in the tree. */
export interface PathProblem {
  readonly path: ConfigPath;
  /** Whether the key itself is wrong or what stands under it. */
  readonly at: 'key' | 'value';
  /** What is wrong, one clause for a person: “unknown key”. */
  readonly message: string;
  /** What stands there, as it would be written; null when that says nothing. */
  readonly found: string | null;
  /** What may stand there, for a person; null when the message says it. */
  readonly allowed: string | null;
  /** Right spellings that look like what was found. */
  readonly nearest: readonly string[];
}

/** The same, as it is reported: with the place in the file. */
export interface ConfigProblem extends Omit<PathProblem, 'path' | 'at'> {
  /** `services.api.environments.prod`; empty for the file as a whole. */
  readonly path: string;
  /** From 1; null for the file as a whole. */
  readonly line: number | null;
  readonly column: number | null;
}

const LONGEST_ECHO = 60;

/** A problem with only the parts that say something. */
export function problemAt(
  path: ConfigPath,
  message: string,
  more: Partial<Omit<PathProblem, 'path' | 'message'>> = {},
): PathProblem {
  return { path, message, at: 'value', found: null, allowed: null, nearest: [], ...more };
}

/** `services.api.verify[0].http`; keys that are not plain words stand in quotes: `channels["#deploys"]`. */
export function pathText(path: ConfigPath): string {
  return path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      return /^[\w-]+$/.test(part) ? `.${part}` : `[${quote(part)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** A value as a person would name it: `5`, `"abc"`, “a list”, “nothing”. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? quote(value) : String(value);
}

/** In double quotes, without control characters and what looks like a secret, not too long to read. */
function quote(said: string): string {
  const text = maskSecrets(said);
  const shown = text.length <= LONGEST_ECHO ? text : `${text.slice(0, LONGEST_ECHO - 1)}…`;
  return JSON.stringify(shown.toWellFormed()).replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�');
}
