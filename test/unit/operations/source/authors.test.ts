import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../integrations/target.ts';
import type { ApprovalRule } from '../../../../src/domain/plan.ts';
import type { SourceAuthor } from '../../../../src/domain/source-change.ts';
import { barAuthors, createPlaceAuthor } from '../../../../src/operations/source/authors.ts';
import { refuseApprover } from '../../../../src/policy/approvals.ts';
import { config } from '../../../support/operations.ts';
import { sourceChange } from '../../../support/source-change.ts';
import { plan } from '../../slack/fixtures.ts';

const RULE: ApprovalRule = { required: 1, approvers: ['approver'], expires: 1_000 };
const author = (login: string | null, email: string | null = null): SourceAuthor => ({
  login,
  email,
  name: login ?? 'x',
});

describe('authors who may not approve', () => {
  const place = async ({ login }: SourceAuthor) =>
    ({ ana: 'U0ANA', bo: 'U0BO', outside: 'nobody' })[login ?? ''] ?? null;

  const host = { broughtBy: async () => Promise.reject(new Error('nobody asked')) };

  it('are barred where they are known', async () => {
    const change = sourceChange({ authors: [author('ana'), author('bo'), author('outside')] });
    expect(await barAuthors(RULE, change, { place, host })).toEqual({
      ...RULE,
      barred: { userIds: ['U0ANA', 'U0BO'], unplaced: [], incomplete: false },
    });
  });

  it('take one more approval each where nobody can place them', async () => {
    const change = sourceChange({ authors: [author('ana'), author('x'), author(null, 'y@example.com')] });
    expect(await barAuthors(RULE, change, { place, host })).toMatchObject({
      required: 3,
      barred: { userIds: ['U0ANA'], unplaced: [{ login: 'x' }, { email: 'y@example.com' }] },
    });
  });

  it('take one more approval where not all of them are known', async () => {
    const change = sourceChange({ authors: [], authorsComplete: false });
    expect(await barAuthors(RULE, change, { place, host })).toMatchObject({
      required: 2,
      barred: { incomplete: true },
    });
  });

  it('are also who opened and merged the pull requests of commits that nobody signed', async () => {
    const asked: (readonly string[])[] = [];
    const broughtBy = async (shas: readonly string[]) => {
      asked.push(shas);
      return { people: [author('ana'), author('bo'), author('new')], unproven: 0 };
    };
    const change = sourceChange({ authors: [author('ana')], unsigned: { count: 1, shas: ['3f2a90c'] } });
    expect(await barAuthors(RULE, change, { place, host: { broughtBy } })).toEqual({
      ...RULE,
      required: 2,
      barred: { userIds: ['U0ANA', 'U0BO'], unplaced: [author('new')], incomplete: false },
    });
    expect(asked).toEqual([['3f2a90c']]);
  });

  it.each([
    ['some came with no pull request', async () => ({ people: [], unproven: 2 }), 2],
    ['there are more than are asked for', async () => ({ people: [], unproven: 0 }), 5],
    [
      'GitHub does not answer',
      async () => Promise.reject(new TargetError('permission', 'may not read pull requests')),
      7,
    ],
  ])('take one more approval where they are not proven: %s', async (_why, broughtBy, unproven) => {
    const count = unproven === 2 ? 2 : 7;
    const change = sourceChange({ authors: [author('ana')], unsigned: { count, shas: ['a', 'b'] } });
    const rule = await barAuthors(RULE, change, { place, host: { broughtBy } });
    expect(rule).toMatchObject({ required: 2, barred: { userIds: ['U0ANA'], unproven } });
  });

  it('are not proven for a service whose repository is not in the config any more', async () => {
    const change = sourceChange({ authors: [author('ana')], unsigned: { count: 1, shas: ['a'] } });
    expect(await barAuthors(RULE, change, { place, host: null })).toMatchObject({ required: 2 });
  });

  it('are refused when they approve, and others are not', () => {
    const approval = { ...RULE, barred: { userIds: ['U0BO'], unplaced: [], incomplete: false } };
    const operation = { requesterId: 'U0ANA', plan: plan({ approval }) };
    const person = (id: string) => ({ id, name: id, email: null, barred: null, groups: [] });
    expect(refuseApprover(person('U0BO'), operation, config)).toEqual({ code: 'own-commits' });
    expect(refuseApprover(person('U0CHEN'), operation, config)).toBeNull();
  });
});

describe('who an author is in Slack', () => {
  const slack: Readonly<Record<string, string>> = { 'ana@example.com': 'U0ANA', 'bo@example.com': 'U0BO' };
  const shown: Readonly<Record<string, string>> = { ana: 'ana@example.com' };
  const placing = (people: Readonly<Record<string, string>> = {}) =>
    createPlaceAuthor({
      people,
      lookUp: async (email) => slack[email] ?? null,
      emailOf: async (login) => shown[login] ?? null,
    });

  it('is what the config says, by login before e-mail, in any spelling', async () => {
    const place = placing({ Mona: 'U0MONA', 'mona@example.com': 'nobody', lisa: 'bo@example.com' });
    expect(await place(author('mona', 'mona@example.com'))).toBe('U0MONA');
    expect(await place(author(null, 'MONA@example.com'))).toBe('nobody');
    expect(await place(author('lisa'))).toBe('U0BO');
  });

  it('is found by the e-mail that the account shows before the one that the commit claims', async () => {
    expect(await placing()(author('ana', 'bo@example.com'))).toBe('U0ANA');
    expect(await placing()(author(null, 'bo@example.com'))).toBe('U0BO');
  });

  it('is nobody’s guess otherwise', async () => {
    expect(await placing()(author('zed', '1+zed@users.noreply.github.com'))).toBeNull();
    expect(await placing()(author('zed', null))).toBeNull();
  });

  it('is not taken for unknown when Slack does not answer', async () => {
    const place = createPlaceAuthor({
      people: {},
      lookUp: async () => Promise.reject(new Error('ratelimited')),
      emailOf: async () => null,
    });
    await expect(place(author('ana', 'ana@example.com'))).rejects.toBeInstanceOf(TargetError);
  });
});
