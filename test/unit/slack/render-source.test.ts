import { describe, expect, it } from 'vitest';
import type { GateView } from '../../../src/domain/checks.ts';
import type { SourceChange } from '../../../src/domain/source-change.ts';
import { renderOperation } from '../../../src/slack/render/operation.ts';
import { renderThreadLine } from '../../../src/slack/render/thread.ts';
import { en } from '../../../src/slack/words/en.ts';
import { sourceChange, sourceCommit } from '../../support/source-change.ts';
import { limitsBroken, wordsOf } from './block-limits.ts';
import { NOW, operation, plan, view } from './fixtures.ts';

const SHOWN = { words: en, approvers: [], approveReaction: 'yes', rejectReaction: 'no', now: NOW };

function shown(
  source: SourceChange,
  more: Parameters<typeof plan>[0] = {},
  gate: GateView | null = null,
): string {
  const message = renderOperation(
    view({ operation: operation({ plan: plan({ source, ...more }) }), gate }),
    SHOWN,
  );
  expect(limitsBroken(message)).toEqual([]);
  return wordsOf(message);
}

describe('what is shipped, in the message', () => {
  it('is how many commits, by whom, with pull requests and a link', () => {
    const text = shown(sourceChange());
    expect(text).toContain('`3f2a90c`: *1 commit* by ana (#12)');
    expect(text).toContain('|compare>');
    expect(text).toContain('• `3f2a90c` Fix the checkout (#12) – ana');
  });

  it('is cut after five commits; the thread has the rest', () => {
    const newest = Array.from({ length: 100 }, (_, at) => sourceCommit({ title: `Commit number ${at}` }));
    const source = sourceChange({ brings: { count: 2_400, newest } });
    expect(shown(source)).toContain('and 2395 more, in the thread');
    expect(shown(source)).not.toContain('Commit number 5 ');
    const line = renderThreadLine(
      view({ operation: operation({ plan: plan({ source }) }) }),
      { kind: 'source' },
      en,
    );
    expect(limitsBroken(line)).toEqual([]);
    expect(wordsOf(line)).toContain('Commit number 99');
    expect(wordsOf(line)).toContain('and 2300 older ones');
  });

  it('says when it goes back, and by how much', () => {
    const takesOut = { count: 3, newest: [sourceCommit()] };
    const text = shown(
      sourceChange({ relation: 'back', brings: { count: 0, newest: [] }, takesOut, authors: [] }),
    );
    expect(text).toContain('This is a rollback by 3 commits');
    expect(text).toContain('Fix the checkout');
  });

  it('says when histories have parted, and what would be lost', () => {
    const text = shown(sourceChange({ relation: 'diverged', takesOut: { count: 2, newest: [] } }));
    expect(text).toContain('brings 1 commit and takes out 2 commits that what serves now has');
  });

  it('says when migrations are touched, may be, or are not', () => {
    expect(shown(sourceChange({ migrations: { files: ['db/1.sql'], count: 4 } }))).toContain(
      '`db/1.sql` and 3 more',
    );
    expect(shown(sourceChange({ migrations: 'unknown' }))).toContain('may be touched');
    expect(shown(sourceChange({ migrations: { files: [], count: 0 } }))).not.toContain('igrations');
  });

  it('says when nothing is known', () => {
    expect(shown(sourceChange({ relation: 'unknown', from: null }))).toContain(
      'it is not known from which commit',
    );
    expect(shown(sourceChange({ relation: 'unknown', unread: 'GitHub answered 503.' }))).toContain(
      'GitHub answered 503',
    );
  });

  it('names the authors who may not approve, and those whom nobody knows', () => {
    const approval = {
      required: 2,
      approvers: ['approver'],
      expires: 1_000,
      barred: {
        userIds: ['U0ANA'],
        unplaced: [{ login: 'zed', email: null, name: 'Zed' }],
        incomplete: true,
        unproven: 2,
      },
    };
    const text = shown(sourceChange(), { approval });
    expect(text).toContain('The author of 2 commits is not proven');
    expect(text).toContain('wrote or merged it may not approve: <@U0ANA>');
    expect(text).toContain('`zed` is in Slack: one more approval');
    expect(text).toContain('Not all authors are known');
  });

  it('pings nobody and formats nothing, whatever titles, authors and files are called', () => {
    const hostile = '<!channel> <@U0ANA> *bold* `code` <https://evil.example|click>';
    const author = { login: null, email: null, name: hostile };
    const commit = sourceCommit({ title: hostile, author });
    const source = sourceChange({
      brings: { count: 1, newest: [commit] },
      authors: [author],
      migrations: { files: [hostile], count: 1 },
    });
    for (const text of [
      shown(source),
      wordsOf(
        renderThreadLine(view({ operation: operation({ plan: plan({ source }) }) }), { kind: 'source' }, en),
      ),
    ]) {
      expect(text).not.toContain('<!channel>');
      expect(text).not.toContain('<@U0ANA> *bold*');
      expect(text).not.toContain('<https://evil.example|');
    }
  });
});

describe('checks, in the message', () => {
  const read = (checks: Partial<Extract<GateView, { state: 'read' }>['checks']>): GateView => ({
    state: 'read',
    checks: { passed: [], pending: [], failed: [], ...checks },
  });

  it.each([
    [read({ passed: ['a', 'b'] }), 'all 2 green'],
    [
      read({ passed: ['a'], pending: ['build', 'test'] }),
      '*Checks still running:* `build`, `test` (1 green)',
    ],
    [read({ failed: ['build'], passed: ['a'] }), '*Checks are not green:* `build`'],
    [read({}), 'No check has ever run'],
    [{ state: 'unread', why: 'GitHub is away' } as const, '*Checks could not be read:* GitHub is away'],
  ])('%o reads %s', (gate, words) => {
    expect(shown(sourceChange(), {}, gate)).toContain(words);
  });

  it('that alone keep it waiting stand in its title', () => {
    const waiting = operation({
      state: 'awaiting-approval',
      plan: plan({ approval: { required: 0, approvers: [], expires: 0 } }),
    });
    const text = (gate: GateView) => wordsOf(renderOperation(view({ operation: waiting, gate }), SHOWN));
    expect(text(read({ pending: ['build'] }))).toContain('· Waiting for checks');
    expect(text({ state: 'unread', why: 'GitHub is away' })).toContain('· Waiting for checks');
    const asked = wordsOf(
      renderOperation(
        view({ operation: operation({ state: 'awaiting-approval' }), gate: read({ pending: ['build'] }) }),
        SHOWN,
      ),
    );
    expect(asked).toContain('· Waiting for approval');
  });

  it('that an emergency skips are told loudly', () => {
    const its = operation({
      plan: plan({ source: sourceChange() }),
      options: { emergency: 'down', reason: null },
    });
    const text = wordsOf(renderOperation(view({ operation: its, gate: read({ failed: ['build'] }) }), SHOWN));
    expect(text).toContain('The checks were skipped');
    expect(text).toContain('`build`');
  });
});
