import type { BodyExpectation, JsonExpectation } from '../checks.ts';

/** As much of an answer as is looked at, in bytes. */
const READ_LIMIT = 1_048_576;
/** Longer values than this are cut where people read them. */
const SHOWN = 60;

export function looksAtBody({ contains, minLength, json }: BodyExpectation): boolean {
  return contains !== undefined || minLength !== undefined || json !== undefined;
}

/** The first megabyte of an answer, as text. */
export async function readBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size >= READ_LIMIT) break;
  }
  return Buffer.concat(parts).subarray(0, READ_LIMIT).toString('utf8');
}

/** What is wrong with the body: “with 12 characters (wanted at least 1000)”. Null when it is as expected. */
export function wrongBody(text: string, expected: BodyExpectation): string | null {
  const { contains, minLength, json } = expected;
  if (minLength !== undefined && lengthOf(text) < minLength) {
    return `with ${lengthOf(text)} characters (wanted at least ${minLength})`;
  }
  if (contains !== undefined && !text.includes(contains)) return `without “${shown(contains)}”`;
  if (json === undefined) return null;
  const parsed = parseJson(text);
  if (parsed === null) return 'with something that is no JSON';
  const wrong = Object.entries(json).map(([path, wanted]) =>
    wrongValue(valueAt(parsed.value, path), path, wanted),
  );
  return wrong.find((one) => one !== null) ?? null;
}

function parseJson(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** Undefined where the path leads nowhere. */
function valueAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return /^\d+$/.test(key) ? at[Number(key)] : undefined;
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    return Object.entries(at).find(([name]) => name === key)?.[1];
  }, value);
}

function wrongValue(found: unknown, path: string, wanted: JsonExpectation): string | null {
  if (typeof wanted !== 'object' || wanted === null) {
    return found === wanted ? null : `where ${path} ${is(found)} (wanted ${shownValue(wanted)})`;
  }
  if (wanted.exists === false) return found === undefined ? null : `where ${path} ${is(found)} (wanted none)`;
  if (found === undefined) return `without ${path}`;
  if (wanted.contains !== undefined && !(typeof found === 'string' && found.includes(wanted.contains))) {
    return `where ${path} ${is(found)} (wanted it to contain “${shown(wanted.contains)}”)`;
  }
  const length = typeof found === 'string' ? lengthOf(found) : Array.isArray(found) ? found.length : 0;
  if (wanted.minLength !== undefined && length < wanted.minLength) {
    return `where ${path} has a length of ${length} (wanted at least ${wanted.minLength})`;
  }
  return null;
}

function is(found: unknown): string {
  return found === undefined ? 'is missing' : `is ${shownValue(found)}`;
}

function shownValue(value: unknown): string {
  return shown(JSON.stringify(value) ?? '');
}

function shown(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

/** Characters as people count them, not units of UTF-16. */
function lengthOf(text: string): number {
  return [...text].length;
}
