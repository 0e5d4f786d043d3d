import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { changeSet, ensurePossible, newDirectories } from '../../../../integrations/files/change-set.ts';
import { asFileChanges, compareTrees } from '../../../../integrations/files/compare.ts';
import { IGNORE_PATTERN, ignoreRules } from '../../../../integrations/files/ignore.ts';
import { describeDrift, liveDigest, liveVersion, recognise } from '../../../../integrations/files/live.ts';
import type { Deployed, Marker } from '../../../../integrations/files/records.ts';
import { lastGood } from '../../../../integrations/files/rollback.ts';
import type { HostDirectory, HostFile, HostTree } from '../../../../integrations/files/scan.ts';
import { contentDigest, listingOf, readListing, type Tree } from '../../../../integrations/files/tree.ts';

type Contents = Readonly<Record<string, string>>;

function treeOf(contents: Contents): Tree<HostFile> {
  const files = Object.entries(contents).map(([name, content]) => {
    const sha256 = Buffer.from(content).toString('hex').padStart(64, '0');
    return [name, { path: name, sha256, size: content.length, mode: 0o644, uid: 0, gid: 0 }] as const;
  });
  return new Map(files);
}

function directoryOf(name: string, device = '1'): readonly [string, HostDirectory] {
  return [name, { path: name, device, mode: 0o755, uid: 0, gid: 0 }];
}

function hostTree(contents: Contents, more: Partial<HostTree> = {}): HostTree {
  return {
    files: treeOf(contents),
    directories: new Map([directoryOf('.'), directoryOf('lib')]),
    others: new Map(),
    marker: null,
    proven: null,
    backups: [],
    disk: { size: 1e12, free: 1e12 },
    uid: 0,
    fingerprint: 'f',
    ...more,
  };
}

function deployed(version: string, contents: Contents, more: Partial<Deployed> = {}): Deployed {
  const digest = contentDigest(treeOf(contents).values());
  return {
    operation: `op-${version}`,
    version,
    digest,
    at: `2026-11-22T0${version.at(-1)}:00:00Z`,
    kept: [],
    ...more,
  };
}

function markerOf(of: Deployed): Marker {
  return { ...of, operation: of.operation ?? 'op', by: 'U1', placed: of.at };
}

const nothing = async () => null;
const all = () => true;
const none = () => false;

test('compares by content: new, modified, deleted, same', () => {
  const comparison = compareTrees(
    treeOf({ 'app.py': '1', 'old.py': 'x', 'same.py': 's' }),
    treeOf({ 'app.py': '2', 'new.py': 'n', 'same.py': 's' }),
  );
  expect(comparison.differences.map(({ path: name, change }) => `${change} ${name}`)).toEqual([
    'modified app.py',
    'new new.py',
    'deleted old.py',
  ]);
  expect(asFileChanges(comparison, false)).toMatchObject({
    counts: { new: 1, modified: 1, deleted: 1, same: 1 },
    removes: false,
  });
});

test('two comparisons with the same table but other contents are not the same', () => {
  const of = (content: string) => asFileChanges(compareTrees(treeOf({}), treeOf({ a: content })), false);
  expect(of('1').listed).toEqual(of('2').listed);
  expect(of('1').digest).not.toBe(of('2').digest);
});

test('what the release does not have stays, unless the config says that it goes', () => {
  const live = hostTree({ 'a.py': '1', 'b.py': '2' });
  expect(changeSet(live, treeOf({ 'a.py': '1' }), none)).toMatchObject({ removed: [], kept: ['b.py'] });
  expect(changeSet(live, treeOf({ 'a.py': '1' }), all)).toMatchObject({
    removed: [{ path: 'b.py' }],
    kept: [],
  });
});

test('a name that a line cannot hold is never removed', () => {
  const live = hostTree({ 'a\nb': '1', c: '2' });
  expect(changeSet(live, treeOf({ c: '2' }), all)).toMatchObject({ removed: [], kept: ['a\nb'] });
});

test.each([
  ['a link', { others: new Map([['a.py', 'a link to /etc/a.py']]) }, /a.py is a link to \/etc\/a.py/],
  ['a directory', { directories: new Map([directoryOf('.'), directoryOf('a.py')]) }, /a.py is a directory/],
  [
    'another file system',
    { directories: new Map([directoryOf('.'), directoryOf('lib', '2')]) },
    /another file system/,
  ],
  [
    'a linked directory',
    { others: new Map([['lib', 'a link to /opt']]) },
    /below lib, which is a link to \/opt/,
  ],
])('a file cannot take the place of %s', (_name, more, reason) => {
  const live = hostTree({}, more);
  const changes = changeSet(live, treeOf({ 'a.py': '1', 'lib/b.py': '2' }), none);
  expect(() => ensurePossible(live, changes, '/srv/shop')).toThrow(reason);
});

test('directories are made parents first', () => {
  const live = hostTree({});
  const changes = changeSet(live, treeOf({ 'x/y/a': '1', 'lib/b': '2', 'lib/z/c': '3' }), none);
  expect(newDirectories(live, changes)).toEqual(['lib/z', 'x', 'x/y']);
});

test('a listing is what sha256sum reads, and comes back as it was', () => {
  const files = treeOf({ b: '1', 'a b/c': '2', B: '3' });
  expect([...readListing(listingOf(files.values()))]).toEqual(
    ['B', 'a b/c', 'b'].map((name) => [name, files.get(name)?.sha256]),
  );
});

test('patterns mean the same here and to find', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-ignore-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const names = [
    'app.py',
    'app.pyc',
    'shop.db',
    'sub/shop.db',
    'logs/a.log',
    'sub/logs/b.log',
    'static/uploads/c.png',
    'sub/static/uploads/d.png',
    'data/e',
    'sub/data/f',
    'a.b/x+y',
    'aXb/x+y',
    'keep.dbx',
    'lib/__pycache__/g.py',
    '.git/config',
  ];
  for (const name of names) {
    mkdirSync(path.join(directory, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(directory, name), '');
  }
  const rules = ignoreRules(['*.db', 'logs/', 'static/uploads', '/data/', 'a.b/x+y']);
  const expression = ['(', '-type', 'd', '-regex', rules.directories, '-o', '-regex', rules.anything, ')'];
  const find = ['.', '-regextype', 'posix-extended', ...expression, '-prune', '-o', '-type', 'f', '-print'];
  const found = execFileSync('find', find, { cwd: directory, encoding: 'utf8' }).split('\n');
  const left = names.filter((name) => !rules.ignores(name));
  expect(found.filter((line) => line !== '').sort()).toEqual(left.map((name) => `./${name}`).sort());
  expect(left.sort()).toEqual(
    ['aXb/x+y', 'app.py', 'keep.dbx', 'sub/data/f', 'sub/static/uploads/d.png'].sort(),
  );
});

test.each([
  ['*.db', true],
  ['logs/', true],
  ['/static/uploads', true],
  ['a?b', false],
  ['[ab]', false],
  ['a\\b', false],
  ['!a', false],
  ['a\nb', false],
])('%j as a pattern: %s', (pattern, valid) => {
  expect(IGNORE_PATTERN.test(pattern)).toBe(valid);
});

test('a tree is known by its content, beside what always stood there', async () => {
  const v1 = deployed('v1', { 'app.py': '1' }, { kept: ['extra'] });
  const live = await recognise(
    hostTree({ 'app.py': '1', extra: 'whatever' }, { marker: markerOf(v1) }),
    nothing,
  );
  expect(live).toMatchObject({ is: 'known', deployed: { version: 'v1' } });
  expect(describeDrift(live)).toBeNull();
});

test('a tree that somebody changed is no version, and says what was changed', async () => {
  const v1 = deployed('v1', { 'app.py': '1', 'b.py': '2' });
  const tree = hostTree({ 'app.py': '1!', 'b.py': '2', 'c.py': '3' }, { marker: markerOf(v1) });
  const listing = readListing(listingOf(treeOf({ 'app.py': '1', 'b.py': '2' }).values()));
  const live = await recognise(tree, async () => listing);
  expect([liveVersion(live), liveDigest(live)]).toEqual([null, contentDigest(tree.files.values())]);
  expect(describeDrift(live)).toBe(
    'Changed by hand since v1 was deployed: app.py. Files that no release has: c.py.',
  );
});

test('a file that nobody deployed does not make it another version', async () => {
  const v1 = deployed('v1', { 'app.py': '1' });
  const tree = hostTree({ 'app.py': '1', 'upload.png': 'x' }, { marker: markerOf(v1) });
  const live = await recognise(tree, async () => readListing(listingOf(treeOf({ 'app.py': '1' }).values())));
  expect([liveVersion(live), liveDigest(live)]).toEqual(['v1', v1.digest]);
  expect(describeDrift(live)).toContain('upload.png');
});

test('what somebody restored from a backup by hand is that version again', async () => {
  const [v1, v2] = [deployed('v1', { a: '1' }), deployed('v2', { a: '2' })];
  const about = { operation: 'op-v2', at: v2.at, from: { ...v1, proven: true }, to: v2 };
  const tree = hostTree({ a: '1' }, { marker: markerOf(v2), backups: [{ name: 'backup_2', about }] });
  expect(liveVersion(await recognise(tree, nothing))).toBe('v1');
});

test('a tree without any record fits no version', async () => {
  const live = await recognise(hostTree({ a: '1' }), nothing);
  expect(describeDrift(live)).toMatch(/fits no version/);
});

/** A tree with v3 in it, and backups of what came before. */
async function afterThree(froms: readonly (Partial<Deployed> & { proven?: boolean })[]) {
  const v3 = deployed('v3', { a: '3' });
  const backups = froms.map((from, index) => ({
    name: `backup_${froms.length - index}`,
    about: {
      operation: 'op',
      at: v3.at,
      from: {
        ...deployed(`v${froms.length - index}`, { a: String(froms.length - index) }),
        proven: true,
        ...from,
      },
      to: v3,
    },
  }));
  const tree = hostTree({ a: '3' }, { marker: markerOf(v3), backups });
  return { tree, live: await recognise(tree, nothing) };
}

test('goes back to the newest before it that was proven', async () => {
  expect(lastGood(await afterThree([{}, {}]), [])?.name).toBe('backup_2');
  expect(lastGood(await afterThree([{ proven: false }, {}]), [])?.name).toBe('backup_1');
  const unproven = await afterThree([{ proven: false }, {}]);
  const digest = unproven.tree.backups[0]?.about.from?.digest ?? '';
  expect(lastGood(unproven, [digest])?.name).toBe('backup_2');
});

test('never goes back unasked to what failed, nor forward to what is newer', async () => {
  expect(lastGood(await afterThree([{ proven: false }]), [])).toBeNull();
  expect(lastGood(await afterThree([{ at: '2026-11-22T09:00:00Z' }]), [])).toBeNull();
  expect(lastGood(await afterThree([{ proven: false, operation: null }]), [])?.name).toBe('backup_1');
});
