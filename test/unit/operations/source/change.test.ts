import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeHost, Comparison } from '../../../../integrations/code-host.ts';
import { TargetError } from '../../../../integrations/target.ts';
import type { Plan } from '../../../../src/domain/plan.ts';
import { planDigest } from '../../../../src/domain/plan.ts';
import { readSourceChange } from '../../../../src/operations/source/change.ts';
import { commitOfDigest, insertOperation, moveOperation } from '../../../../src/store/operations.ts';
import { codeHost } from '../../../support/code-host.ts';
import { createTestDatabase, type TestDatabase } from '../../../support/database.ts';
import { config } from '../../../support/operations.ts';
import { digestOf } from '../../../support/scripted-target.ts';
import { sourceChange, sourceCommit } from '../../../support/source-change.ts';
import { plan } from '../../slack/fixtures.ts';

const compared = (changes: Partial<Comparison> = {}): Comparison => ({
  ahead: 0,
  behind: 0,
  commits: [],
  authors: [],
  unsigned: [],
  complete: true,
  files: [],
  url: 'https://github.example/compare',
  ...changes,
});

describe('the commit of what serves', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  let shipped = 0;
  /** An operation that shipped this digest as of this commit, and ended so. */
  async function ship(
    digest: string,
    commit: string,
    state: 'succeeded' | 'failed' | 'undone' | 'awaiting-approval',
  ) {
    shipped += 1;
    const its = plan({
      to: { version: 'v1', digest: digestOf(digest), revision: null },
      source: sourceChange({ to: commit }),
    });
    const id = `op-${shipped}`;
    const at = new Date(Date.UTC(2026, 0, shipped));
    await insertOperation(test.database, {
      id,
      request: { kind: 'deploy', target: its.target, version: 'v1' },
      options: { emergency: null, reason: null },
      requesterId: 'U0ANA',
      channelId: 'C1',
      threadTs: null,
      plan: its,
      planDigest: planDigest(its),
      createdAt: at,
      expiresAt: null,
    });
    if (state === 'awaiting-approval') return;
    await moveOperation(test.database, { id, from: 'awaiting-approval', to: 'running', outcome: null, at });

    const outcome = { code: 'done', detail: null } as const;
    await moveOperation(test.database, { id, from: 'running', to: state, outcome, at });
  }
  const traced = (digest: string, service = 'api') =>
    commitOfDigest(test.database, service, digestOf(digest));

  it('is what the last operation that shipped it well says, and no other', async () => {
    await ship('one', 'a'.repeat(40), 'succeeded');
    await ship('one', 'b'.repeat(40), 'undone');
    await ship('one', 'c'.repeat(40), 'failed');
    await ship('one', 'd'.repeat(40), 'awaiting-approval');
    expect(await traced('one')).toBe('a'.repeat(40));
    await ship('one', 'e'.repeat(40), 'succeeded');
    expect(await traced('one')).toBe('e'.repeat(40));
  });

  it('is not known of what was only tried, of another service, or of nothing', async () => {
    await ship('two', 'a'.repeat(40), 'undone');
    expect(await traced('two')).toBeNull();
    expect(await traced('one', 'frontend')).toBeNull();
    expect(await traced('three')).toBeNull();
  });

  it('goes before what its version means on the code host by now', async () => {
    await ship('four', 'a'.repeat(40), 'succeeded');
    const asked: string[][] = [];
    const host = codeHost({
      find: async (name) => ({ kind: 'tag', name, commit: `tag ${name}` }),
      compare: async (base, head) => {
        asked.push([base, head]);
        return compared({ ahead: 1, commits: [sourceCommit()] });
      },
    });
    const end = (version: string, digest: string) => ({ version, digest: digestOf(digest), revision: null });
    const ends = { target: plan().target, from: end('v4', 'four'), to: end('v5', 'five') };
    await readSourceChange(context(test, host), ends, null);
    expect(asked).toEqual([['a'.repeat(40), 'tag v5']]);
  });
});

function context(test: TestDatabase, host: CodeHost, migrations: readonly string[] = []) {
  const { api } = config.services;
  if (api === undefined) throw new Error('there is no api');
  const services = { api: { ...api, repository: 'king-jam/king-jam-ai', migrations: [...migrations] } };
  const code = { of: () => host, placeAuthor: async () => null };
  return { database: test.database, config: { ...config, services }, code };
}

describe('what an operation ships', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  const ends: Pick<Plan, 'target' | 'from' | 'to'> = {
    target: plan().target,
    from: { version: 'v2', digest: null, revision: null },
    to: { version: 'v1', digest: null, revision: null },
  };
  /** Between v2, which serves, and v1: forward and the other way round. */
  async function between(forward: Comparison | null, backward: Comparison | null, migrations?: string[]) {
    const host = codeHost({
      find: async (name) => ({ kind: 'tag', name, commit: name }),
      compare: async (base) => (base === 'v2' ? forward : backward),
    });
    return readSourceChange(context(test, host, migrations), ends, null);
  }
  const three = [1, 2, 3].map((n) => sourceCommit({ title: `Commit ${n}` }));

  it('is a rollback by as many commits as it takes out, compared in their direction', async () => {
    const back = compared({ ahead: 3, commits: three, url: 'https://github.example/back' });
    expect(await between(compared({ behind: 3 }), back)).toMatchObject({
      relation: 'back',
      brings: { count: 0 },
      takesOut: { count: 3, newest: three },
      url: 'https://github.example/back',
      authors: [],
    });
  });

  it('is the same commit, something newer, or of a history that parted', async () => {
    expect(await between(compared(), null)).toMatchObject({ relation: 'same' });
    expect(await between(compared({ ahead: 3, commits: three }), null)).toMatchObject({
      relation: 'forward',
      brings: { count: 3 },
      takesOut: { count: 0 },
    });
    const parted = compared({ ahead: 1, behind: 3, commits: three.slice(0, 1) });
    expect(await between(parted, compared({ ahead: 3, behind: 1, commits: three }))).toMatchObject({
      relation: 'diverged',
      brings: { count: 1 },
      takesOut: { count: 3 },
    });
  });

  it('is not known where the two have nothing in common, or nothing serves', async () => {
    expect(await between(null, null)).toMatchObject({ relation: 'unknown', authorsComplete: false });
    const host = codeHost({ find: async (name) => ({ kind: 'tag', name, commit: name }) });
    expect(await readSourceChange(context(test, host), { ...ends, from: null }, null)).toMatchObject({
      relation: 'unknown',
      from: null,
      to: 'v1',
    });
  });

  it('is not known, and why is said, while the code host does not answer', async () => {
    const host = codeHost({
      find: async () => Promise.reject(new TargetError('unavailable', 'GitHub answered 503.')),
    });
    expect(await readSourceChange(context(test, host), ends, null)).toMatchObject({
      relation: 'unknown',
      unread: 'GitHub answered 503.',
    });
  });

  it('touches migrations in either direction, by the patterns of the config', async () => {
    const patterns = ['db/migrate/**', '**/*.sql'];
    const forward = compared({ ahead: 1, behind: 1, files: ['db/migrate/1/up.rb', 'src/a.ts', 'README.md'] });
    const backward = compared({ ahead: 1, behind: 1, files: ['old/2.sql', 'db/migrate/1/up.rb'] });
    expect(await between(forward, backward, patterns)).toMatchObject({
      migrations: { count: 2, files: ['db/migrate/1/up.rb', 'old/2.sql'] },
    });
    expect(await between(compared({ ahead: 1, files: ['src/a.ts'] }), null, patterns)).toMatchObject({
      migrations: { count: 0, files: [] },
    });
    expect(await between(compared({ ahead: 1, files: ['db/migrate/1.sql'] }), null)).toMatchObject({
      migrations: null,
    });
    expect(await between(compared({ ahead: 1, files: null }), null, patterns)).toMatchObject({
      migrations: 'unknown',
    });
  });

  it('keeps a hundred authors and unsigned commits by name, and counts the rest', async () => {
    const many = Array.from({ length: 101 }, (_, n) => `${n}`);
    const authors = many.map((login) => ({ login, email: null, name: login }));
    const read = await between(compared({ ahead: 101, authors, unsigned: many }), null);
    expect(read?.authors).toHaveLength(100);
    expect(read?.authorsComplete).toBe(false);
    expect(read?.unsigned).toEqual({ count: 101, shas: many.slice(0, 100) });
    expect(await between(compared({ ahead: 1 }), null)).not.toHaveProperty('unsigned');
  });
});
