import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '../..');
const FOLDERS = ['src', 'commands', 'integrations'];

/** What each part may import beside itself. `integrations` are their interfaces; each integration is a part of its own. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [],
  'src/policy': ['src/domain', 'src/config'],
  'src/config': ['src/domain', 'src/policy', 'commands', 'integrations', 'each integration'],
  'src/store': ['src/domain', 'src/policy'],
  'src/http': ['src/domain', 'src/config', 'src/store', 'src/operations'],
  'src/operations': ['src/domain', 'src/config', 'src/policy', 'src/store', 'integrations'],
  'src/alerts': [
    'src/domain',
    'src/config',
    'src/policy',
    'src/store',
    'src/operations',
    'src/http',
    'integrations',
  ],
  'src/slack': [
    'src/domain',
    'src/config',
    'src/policy',
    'src/store',
    'src/operations',
    'src/alerts',
    'src/picture',
    'commands',
  ],
  'src/picture': ['src/domain'],
  'src/cli': ['src/domain', 'src/config', 'src/policy', 'src/slack', 'integrations'],
  'src/playground': [],
  commands: ['src/domain', 'src/config', 'src/policy', 'src/store', 'src/operations', 'src/alerts'],
  integrations: ['src/domain', 'src/config', 'each integration'],
  'an integration': ['src/domain', 'src/config', 'integrations'],
};

/** Folders of `integrations` that are interfaces themselves, with small members for each outside system, or serve the others. */
const FAMILIES = ['alerts', 'analysis', 'http'];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = FOLDERS.flatMap((folder) =>
  readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name))),
);
const imports = files.flatMap(importsOf);

describe('the house', () => {
  test('is read as a whole', () => {
    expect(files.length).toBeGreaterThan(700);
    expect(imports.length).toBeGreaterThan(3_000);
  });

  test('has no circle of imports', () => {
    expect(circles()).toEqual([]);
  });

  test('imports one way: a part sees only what the drawing in docs/architecture.md lets it see', () => {
    expect(imports.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test('reads the environment where it starts, and where it keeps it from the database', () => {
    const readers = files.filter((file) => source(file).includes('process.env'));
    expect(readers.toSorted()).toEqual(['src/slipway.ts', 'src/store/embedded/environment.ts']);
  });
});

function importsOf(from: string): readonly Import[] {
  const found = source(from).matchAll(
    /^(?:import|export)\s[^;'"]*?from '(\.[^']+)';$|^import '(\.[^']+)';$/gm,
  );
  return [...found].map(([, named, bare]) => ({
    from,
    to: path.join(path.dirname(from), named ?? bare ?? ''),
  }));
}

function source(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

function isAllowed({ from, to }: Import): boolean {
  const [own, seen] = [partOf(from), partOf(to)];
  // What stands in `src` itself puts the parts together.
  if (own === 'src' || own === seen) return true;
  const kind = isIntegration(own) ? 'an integration' : own;
  const may = MAY_IMPORT[kind] ?? [];
  return may.includes(seen) || (isIntegration(seen) && may.includes('each integration'));
}

/** `src/policy`, `integrations/kubernetes`, `integrations` for what stands there itself, `commands`. */
function partOf(file: string): string {
  const [top = '', second = '', ...rest] = file.split(path.sep);
  if (top === 'commands' || rest.length === 0) return top;
  return top === 'integrations' && FAMILIES.includes(second) ? top : `${top}/${second}`;
}

function isIntegration(part: string): boolean {
  return part.startsWith('integrations/');
}

/** Files that import each other in a circle, by taking away, again and again, what imports nothing that is left. */
function circles(): readonly string[] {
  const left = new Map(files.map((file) => [file, new Set<string>()]));
  for (const { from, to } of imports) left.get(from)?.add(to);
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const [file, seen] of left) if (![...seen].some((one) => left.has(one))) left.delete(file);
  }
  return [...left.keys()];
}
