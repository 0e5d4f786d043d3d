import { parseDocument } from 'yaml';
import type { Release } from './archive/archive.ts';
import type { GuardConfig } from './config.ts';

type FileGuard = Extract<GuardConfig, { file: string }>;

/** Larger files than this are not looked into. */
const MOST_READ = 16 * 1_048_576;

/** What the release lacks of what the config wants of its files: one sentence each. Empty when all is well. */
export async function brokenGuards(
  release: Release,
  guards: readonly GuardConfig[],
): Promise<readonly string[]> {
  const ofFiles = guards.flatMap((guard) => ('file' in guard ? [guard] : []));
  const matches = ofFiles.map((guard) => ({ guard, paths: pathsOf(release, guard) }));
  const wanted = new Set(matches.flatMap(({ guard, paths }) => (looksInside(guard) ? paths : [])));
  const broken = new Map<FileGuard, string[]>();
  for await (const { file, content } of release.contents(wanted)) {
    const text = await textOf(content);
    for (const { guard, paths } of matches) {
      const wrong = paths.includes(file.path) ? wrongWith(guard, file.path, text) : [];
      broken.set(guard, [...(broken.get(guard) ?? []), ...wrong]);
    }
  }
  return matches.flatMap(({ guard, paths }) =>
    paths.length === 0 ? [`There is no ${guard.file}.`] : (broken.get(guard) ?? []),
  );
}

/** What a guard wants, for people: “app.py contains …”. */
export function describeGuard(guard: GuardConfig): string {
  if ('run' in guard) return guard.run.join(' ');
  const wanted = [
    ...(guard.contains === undefined ? [] : [`contains ${textsOf(guard).map(quoted).join(', ')}`]),
    ...(guard.parses === undefined ? [] : [`is ${guard.parses.toUpperCase()}`]),
  ];
  return `${guard.file} ${wanted.join(' and ') || 'is there'}`;
}

function looksInside({ contains, parses }: FileGuard): boolean {
  return contains !== undefined || parses !== undefined;
}

function pathsOf({ files }: Release, { file }: FileGuard): readonly string[] {
  if (!file.includes('*')) return files.has(file) ? [file] : [];
  const text = file.replace(/[.^$+?()[\]{}|\\]/g, '\\$&').replaceAll('*', '[^/]*');
  const expression = new RegExp(`^${text}$`);
  return [...files.keys()].filter((path) => expression.test(path));
}

function wrongWith(guard: FileGuard, path: string, text: string | null): readonly string[] {
  if (text === null) return [`${path} is too large to be looked into.`];
  const missing = textsOf(guard).filter((wanted) => !text.includes(wanted));
  const syntax = guard.parses === undefined ? null : syntaxError(guard.parses, text);
  return [
    ...missing.map((wanted) => `${path} does not contain ${quoted(wanted)}.`),
    ...(syntax === null ? [] : [`${path} is no ${guard.parses?.toUpperCase()}: ${syntax}`]),
  ];
}

function textsOf({ contains }: FileGuard): readonly string[] {
  if (contains === undefined) return [];
  return typeof contains === 'string' ? [contains] : contains;
}

function syntaxError(format: 'json' | 'yaml', text: string): string | null {
  if (format === 'yaml') return parseDocument(text).errors[0]?.message.split('\n')[0] ?? null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function quoted(text: string): string {
  return `“${text}”`;
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of content) {
    size += part.length;
    if (size <= MOST_READ) parts.push(part);
  }
  return size > MOST_READ ? null : Buffer.concat(parts).toString('utf8');
}
