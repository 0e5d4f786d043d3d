import { describe, expect, it } from 'vitest';
import type { LiveState } from '../../../src/domain/live-state.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import type { MessageContent } from '../../../src/slack/content.ts';
import { outcomeSentence } from '../../../src/slack/render/outcome.ts';
import { renderReply } from '../../../src/slack/render/reply.ts';
import { en } from '../../../src/slack/words/en.ts';
import { limitsBroken, wordsOf } from './block-limits.ts';
import { NOW, operation, plan, view } from './fixtures.ts';

const TARGET = { service: 'api', environment: 'production' };

/** One of every code: the type keeps the list complete. */
const EVERY_REFUSAL: { readonly [R in Refusal as R['code']]: R } = {
  'unknown-word': {
    code: 'unknown-word',
    role: 'environment',
    word: 'prodution',
    understood: ['service api'],
    nearest: ['production'],
    allowed: ['production', 'staging'],
  },
  'missing-word': {
    code: 'missing-word',
    role: 'version',
    understood: ['service api'],
    allowed: [],
    usage: '/deploy api v1.2.0 production',
  },
  'no-such-target': { code: 'no-such-target', target: TARGET, environments: ['staging'] },
  'unknown-version': { code: 'unknown-version', target: TARGET, version: 'v9', nearest: ['v1.1.0'] },
  'no-such-part': {
    code: 'no-such-part',
    target: TARGET,
    wanted: 'wroker',
    nearest: ['worker'],
    parts: ['api', 'worker'],
  },
  'no-such-revision': { code: 'no-such-revision', target: TARGET, wanted: null, available: [] },
  'no-such-backup': {
    code: 'no-such-backup',
    target: TARGET,
    wanted: 'bk-1',
    available: ['bk-2'],
    unasked: [],
  },
  'which-backup': { code: 'which-backup', wanted: 'run-1', targets: [TARGET] },
  'unusable-backup': { code: 'unusable-backup', target: TARGET, backup: 'bk-1', reason: 'disk full' },
  'already-serving': { code: 'already-serving', target: TARGET, version: 'v1.1.0' },
  'no-capability': { code: 'no-capability', target: TARGET, wanted: 'canary', can: ['deploy', 'rollback'] },
  'barred-account': { code: 'barred-account', why: 'guest' },
  'missing-role': {
    code: 'missing-role',
    wanted: ['deployer'],
    who: ['U0ANA', 'ops@example.com'],
    action: 'deploy',
    environment: 'production',
  },
  'wrong-channel': { code: 'wrong-channel', environment: 'production', channels: ['#deploys'] },
  unseen: { code: 'unseen', presence: 'outside' },
  locked: {
    code: 'locked',
    target: TARGET,
    lock: {
      scope: { kind: 'environment', environment: 'production' },
      holder: { kind: 'person', userId: 'U0BO' },
      reason: 'load test',
      since: NOW,
      until: null,
    },
  },
  'not-locked': { code: 'not-locked', scope: { kind: 'target', service: 'api', environment: 'production' } },
  busy: { code: 'busy', target: TARGET, operationId: 'op_1', kind: 'deploy', requesterId: 'U0ANA' },
  'awaiting-approval': { code: 'awaiting-approval', target: TARGET, operationId: 'op_1' },
  unproven: { code: 'unproven', target: TARGET, version: 'v1', before: 'staging' },
  fault: { code: 'fault', deliveryId: 'cmd:1' },
  frozen: { code: 'frozen', target: TARGET, freeze: 'New Year', until: NOW },
  stranger: { code: 'stranger', name: 'octocat', environment: 'staging' },
  'own-commits': { code: 'own-commits' },
  'checks-failed': { code: 'checks-failed', target: TARGET, commit: 'c'.repeat(40), failed: ['build'] },
  'checks-unknown': { code: 'checks-unknown', target: TARGET, commit: null, detail: 'GitHub is away.' },
  'own-request': { code: 'own-request' },
  'not-waiting': { code: 'not-waiting', operationId: 'op_1', state: 'running' },
  'nothing-running': { code: 'nothing-running', target: TARGET },
  'not-stoppable': { code: 'not-stoppable', operationId: 'op_1', running: true },
  'target-error': { code: 'target-error', target: TARGET, problem: 'unavailable', detail: 'no answer.' },
  'which-canary': { code: 'which-canary', running: [TARGET] },
  'canary-over': { code: 'canary-over', operationId: 'op_1' },
  'canary-ending': { code: 'canary-ending', operationId: 'op_1', by: 'promote' },
  'unreachable-share': { code: 'unreachable-share', target: TARGET, asked: 37, nearest: [33, 50] },
  'critical-alert': { code: 'critical-alert', target: TARGET, alert: 'HighErrorRate' },
  'alert-over': { code: 'alert-over' },
  'alert-forgotten': { code: 'alert-forgotten' },
  'no-alert-channel': { code: 'no-alert-channel', channel: '#incidents' },
  'silence-not-ended': { code: 'silence-not-ended', detail: 'am:9093 refused the connection.' },
  'acknowledged-before': { code: 'acknowledged-before', by: 'U0BO' },
  'no-silence': { code: 'no-silence' },
  'not-silenced': { code: 'not-silenced', detail: 'am:9093 refused the connection.' },
  'not-stored': { code: 'not-stored' },
};

const LIVE: LiveState = {
  traffic: [
    { revision: 'api-00001', percent: 90 },
    { revision: 'api-00002', percent: 10 },
  ],
  revisions: [
    {
      name: 'api-00002',
      digest: `sha256:${'b'.repeat(64)}`,
      version: 'v1.1.0',
      createdAt: NOW.toISOString(),
      ready: { is: true },
    },
    {
      name: 'api-00001',
      digest: `sha256:${'a'.repeat(64)}`,
      version: 'v1.0.0',
      createdAt: NOW.toISOString(),
      ready: { is: true },
    },
  ],
  health: { status: 'degraded', reason: '1 of 3 instances restarts' },
  url: 'https://api.example/',
  fingerprint: 'f',
  notes: ['head-room 20 %'],
};

describe('a refusal', () => {
  it('has a sentence for every code', () => {
    for (const refusal of Object.values(EVERY_REFUSAL)) {
      const shown = refused(refusal);
      expect(shown.text).toMatch(/[.?!]$/);
      expect(shown.text).not.toMatch(/undefined|null|\[object/);
      expect(limitsBroken(shown)).toEqual([]);
    }
  });

  it('says what was understood, what was not, and the nearest right thing', () => {
    expect(refused(EVERY_REFUSAL['unknown-word']).text).toBe(
      'Understood: `service api`. There is no environment `prodution` here. Did you mean `production`? Possible: `production`, `staging`.',
    );
  });

  it('says who could do it instead', () => {
    expect(refused(EVERY_REFUSAL['missing-role']).text).toBe(
      'You may not deploy in `production`: that needs the role `deployer`. Held by <@U0ANA>, ops@example.com.',
    );
  });

  it('says once that nothing was changed, and of a guard that it was one', () => {
    const detail = 'v1 does not have the structure that it must.';
    const guarded = { ...EVERY_REFUSAL['target-error'], problem: 'guarded', detail } as const;
    const words = wordsOf(reply({ kind: 'refusal', refusals: [guarded] }));
    expect(words.split('Nothing was changed').length - 1).toBe(1);
    expect(words).toContain('must. A guard of the config keeps it out');
    const outcome = outcomeSentence({ code: 'refused', refusals: [guarded] }, en);
    expect(outcome.split('Nothing was changed').length - 1).toBe(1);
  });

  it('shows several at once and that nothing was changed', () => {
    const words = wordsOf(
      reply({ kind: 'refusal', refusals: [EVERY_REFUSAL['own-request'], EVERY_REFUSAL.locked] }),
    );
    expect(words).toContain('This is your own request');
    expect(words).toContain('locked by <@U0BO>, “load test”');
    expect(words).toContain('Nothing was changed.');
  });
});

describe('the other replies', () => {
  it('show a dry run as something that was not done', () => {
    const shown = reply({
      kind: 'dry-run',
      plans: [
        plan({
          steps: [
            {
              id: 's',
              title: 'Move all traffic',
              action: 'a',
              input: {},
              effect: 'reversible',
              timeLimit: 1,
            },
          ],
        }),
      ],
    });
    expect(shown.text).toContain('Dry run: nothing was done');
    expect(wordsOf(shown)).toContain('1. Move all traffic');
    expect(wordsOf(shown)).toContain('It would wait up to 30 min for 1 approval from `approver`.');
  });

  it('show what every revision gets of the traffic, in figures and as a bar', () => {
    const words = wordsOf(
      reply({
        kind: 'status',
        targets: [
          {
            target: TARGET,
            live: { known: true, state: LIVE },
            last: operation({ state: 'succeeded', endedAt: NOW }),
            open: [view()],
            locks: [],
            alerts: [],
            backups: null,
          },
        ],
      }),
    );
    expect(words).toContain('🟡 *`api/production`* · degraded · <https://api.example/|api.example/>');
    expect(words).toContain('▰▰▰▰▰▰▰▰▰▱ 90 %  *`v1.0.0`*  `aaaaaaaaaaaa`  `api-00001`');
    expect(words).toContain('▰▱▱▱▱▱▱▱▱▱ 10 %  *`v1.1.0`*');
    expect(words).toContain('waits for 1 approval from `approver`');
    expect(words).toContain('Last: deploy of `v1.1.0` by <@U0ANA>');
    expect(words).toContain('head-room 20 %');
  });

  it('name no version of a backup that is only being made', () => {
    const making = operation({ plan: plan({ kind: 'backup' }), state: 'running' });
    const target = {
      target: TARGET,
      live: { known: true, state: LIVE } as const,
      locks: [],
      alerts: [],
      backups: null,
    };
    const words = wordsOf(
      reply({ kind: 'status', targets: [{ ...target, last: making, open: [view({ operation: making })] }] }),
    );
    expect(words).toContain('Last: backup by <@U0ANA>');
    expect(words).toContain('A backup by <@U0ANA> is running');
  });

  it('say so when a target cannot be asked', () => {
    const shown = reply({
      kind: 'status',
      targets: [
        {
          target: TARGET,
          live: { known: false, problem: 'permission', detail: 'run.services.get was denied.' },
          last: null,
          open: [],
          locks: [],
          alerts: [],
          backups: null,
        },
      ],
    });
    expect(wordsOf(shown)).toContain('What it is doing is not known: run.services.get was denied.');
    expect(shown.text).toBe('api/production: health unknown');
  });

  it('count what does not fit: 500 targets, 500 operations', () => {
    const targets = Array.from({ length: 500 }, () => ({
      target: TARGET,
      live: { known: true, state: LIVE } as const,
      last: null,
      open: [],
      locks: [],
      alerts: [],
      backups: null,
    }));
    const status = reply({ kind: 'status', targets });
    expect(limitsBroken(status)).toEqual([]);
    expect(wordsOf(status)).toMatch(/and \d+ more/);
    const history = reply({ kind: 'history', service: 'api', operations: Array(500).fill(operation()) });
    expect(limitsBroken(history)).toEqual([]);
    expect(wordsOf(history)).toMatch(/and \d+ more/);
  });

  it('name what stands in the way and who can clear it', () => {
    const words = wordsOf(
      reply({
        kind: 'why',
        target: TARGET,
        blockers: [{ refusal: EVERY_REFUSAL.busy, clearedBy: ['U0BO'] }],
      }),
    );
    expect(words).toContain('A deploy of `api/production` is already under way');
    expect(words).toContain('Can be cleared by <@U0BO>.');
    expect(wordsOf(reply({ kind: 'why', target: TARGET, blockers: [] }))).toContain(
      'Nothing: it can be deployed now.',
    );
  });

  it('explain a command by its examples', () => {
    const shown = renderReply(
      { kind: 'help', command: 'deploy' },
      {
        words: en,
        now: NOW,
        grammars: [
          {
            name: 'deploy',
            description: 'Ship a version',
            usageHint: 'service version environment',
            examples: [{ text: '/deploy api v1.2.0 production', does: 'ships v1.2.0' }],
            parse: () => ({ ok: false, refusal: { code: 'not-stored' } }),
          },
        ],
      },
    );
    expect(wordsOf(shown)).toContain('`/deploy api v1.2.0 production`  ships v1.2.0');
  });

  it('keep every kind within Block Kit’s limits', () => {
    const lock = EVERY_REFUSAL.locked.lock;
    const replies: readonly Reply[] = [
      { kind: 'help', command: 'deploy' },
      { kind: 'history', service: null, operations: [] },
      { kind: 'locked', lock },
      { kind: 'unlocked', scope: lock.scope },
      { kind: 'status', targets: [] },
      { kind: 'looking-up' },
      { kind: 'kept' },
      { kind: 'dry-run', plans: [] },
    ];
    for (const each of replies) expect(limitsBroken(reply(each))).toEqual([]);
  });
});

function refused(refusal: Refusal): MessageContent {
  return reply({ kind: 'refusal', refusals: [refusal] });
}

function reply(value: Reply): MessageContent {
  return renderReply(value, { words: en, now: NOW, grammars: [] });
}
