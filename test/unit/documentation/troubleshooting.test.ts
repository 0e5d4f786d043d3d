import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Lock } from '../../../src/domain/lock.ts';
import { en } from '../../../src/slack/words/en.ts';
import { problems } from '../../../src/slack/words/en-terms.ts';
import type { OutcomeByCode, RefusalByCode } from '../../../src/slack/words/words.ts';
import { holds, pageText } from '../../support/documentation.ts';
import { readable } from '../../support/transcript.ts';

const PAGE = 'docs/troubleshooting.md';
const target = { service: 'api', environment: 'production' };
const other = { service: 'frontend', environment: 'staging' };
const until = new Date('2026-11-22T12:00:00Z');
const lock: Lock = {
  scope: { kind: 'target', ...target },
  holder: { kind: 'person', userId: 'U0ANA000001' },
  reason: 'moving data',
  since: until,
  until,
};
const known = { understood: ['service api'], nearest: ['api'], allowed: ['api'] };

/** Every refusal there is, in the shapes that are told differently; a new code does not compile without one. */
const REFUSALS: { readonly [Code in keyof RefusalByCode]: readonly Omit<RefusalByCode[Code], 'code'>[] } = {
  'unknown-word': [
    { role: 'service', word: 'apii', ...known },
    { role: 'percent', word: '0', ...known },
  ],
  'missing-word': [{ role: 'version', understood: [], allowed: [], usage: '/deploy service version' }],
  'no-such-target': [{ target, environments: ['staging'] }],
  'unknown-version': [{ target, version: 'v9', nearest: ['v1'] }],
  'no-such-part': [
    { target, wanted: 'x', nearest: [], parts: [] },
    { target, wanted: 'x', nearest: [], parts: ['web'] },
  ],
  'no-such-revision': [
    { target, wanted: null, available: [] },
    { target, wanted: 'v1', available: ['v2'] },
  ],
  'no-such-backup': [
    { target: null, wanted: 'bk-1', available: [], unasked: [] },
    { target, wanted: 'bk-1', available: ['bk-2'], unasked: [] },
  ],
  'which-backup': [{ wanted: 'bk-1', targets: [target, other] }],
  'unusable-backup': [{ target, backup: 'bk-1', reason: null }],
  'already-serving': [{ target, version: 'v1' }],
  'no-capability': [{ target, wanted: 'canary', can: ['deploy'] }],
  'barred-account': (['bot', 'guest', 'deactivated', 'other-workspace', 'unknown'] as const).map((why) => ({
    why,
  })),
  'missing-role': [
    { wanted: ['approver'], who: [], action: 'deploy', environment: 'production' },
    { wanted: [], who: [], action: 'deploy', environment: 'production' },
  ],
  stranger: [{ name: 'octocat', environment: 'production' }],
  'wrong-channel': [
    { environment: 'production', channels: ['#deploys'] },
    { environment: 'production', channels: ['#deploys'], nameless: true },
  ],
  unseen: [{ presence: 'outside' }, { presence: 'direct' }],
  locked: [{ target, lock }],
  'not-locked': [{ scope: { kind: 'target', ...target } }, { scope: { kind: 'everything' } }],
  busy: [{ target, operationId: 'op-1', kind: 'deploy', requesterId: 'U0ANA000001' }],
  'awaiting-approval': [{ target, operationId: 'op-1' }],
  unproven: [{ target, version: 'v1', before: 'staging' }],
  frozen: [{ target, freeze: 'new year', until }],
  'own-request': [{}],
  'own-commits': [{}],
  'checks-failed': [{ target, commit: 'abcdef123', failed: ['build'] }],
  'checks-unknown': [
    { target, commit: 'abcdef123', detail: null },
    { target, commit: null, detail: 'GitHub does not answer' },
  ],
  'not-waiting': [{ operationId: 'op-1', state: 'expired' }],
  'nothing-running': [{ target }],
  'not-stoppable': [
    { operationId: 'op-1', running: true },
    { operationId: 'op-1', running: false },
  ],
  'target-error': [],
  'which-canary': [{ running: [] }, { running: [target] }, { running: [target, other] }],
  'canary-over': [{ operationId: 'op-1' }],
  'canary-ending': [
    { operationId: 'op-1', by: 'promote' },
    { operationId: 'op-1', by: 'abort' },
  ],
  'unreachable-share': [{ target, asked: 7, nearest: [20] }],
  'critical-alert': [{ target, alert: 'HighErrorRate' }],
  'alert-over': [{}],
  'alert-forgotten': [{}],
  'no-alert-channel': [{ channel: '#alerts' }],
  'acknowledged-before': [{ by: 'U0ANA000001' }],
  'no-silence': [{}],
  'not-silenced': [{ detail: 'no answer' }],
  'silence-not-ended': [{ detail: 'no answer' }],
  fault: [{ deliveryId: 'd-1' }],
  'not-stored': [{}],
};

const failed = { step: 'Move traffic', detail: 'it broke.', problem: 'invalid', dataChanged: false } as const;
const extension = { operationId: 'op-1', from: 10, to: 50, approved: 10 };
/** The same of how operations end. */
const OUTCOMES: {
  readonly [Code in Exclude<keyof OutcomeByCode, 'refused' | 'done'>]: readonly Omit<
    OutcomeByCode[Code],
    'code'
  >[];
} = {
  'step-failed': [
    { ...failed, undo: { result: 'done' } },
    { ...failed, undo: { result: 'not-needed' } },
    { ...failed, undo: { result: 'left', step: 'x', detail: 'changed' } },
    { ...failed, undo: { result: 'failed', step: 'x', detail: 'broke' } },
    { ...failed, undo: { result: 'done' }, dataChanged: true },
    { ...failed, undo: { result: 'done' }, stoppedBy: 'U0ANA000001' },
  ],
  'canary-aborted': [
    { by: null, why: { code: 'failing', failures: 2, limit: 2 } },
    { by: null, why: { code: 'no-data', heldSince: until.toISOString() } },
    { by: null, why: { code: 'unavailable', heldSince: until.toISOString() } },
    { by: null, why: { code: 'alert', name: 'HighErrorRate' } },
    { by: null, why: { code: 'not-ours', found: '50 %' } },
  ],
  rejected: [{ by: 'U0ANA000001' }],
  cancelled: [{ by: 'U0ANA000001' }],
  expired: [{}, { pending: ['build'] }],
  voided: [{ changed: ['live'] }],
  overtaken: [
    { extension, percent: 50 },
    { extension, percent: null },
  ],
  fault: [{ detail: 'it broke' }],
};

/** The first column of every table of a part of the page. */
function quoted(from: string, to: string): readonly string[] {
  const page = pageText(PAGE);
  const part = page.slice(page.indexOf(`\n${from}\n`), page.indexOf(`\n${to}\n`));
  return [...part.matchAll(/^\| (.+?) \|/gm)]
    .map(([, cell = '']) => cell)
    .filter((cell) => cell !== 'message' && !cell.startsWith('(Slack:)'))
    .map((cell) => cell.replaceAll('*', ''));
}

function told(sentence: string): string {
  return readable({ ts: '', text: sentence, blocks: [], attachments: [], reactions: [] });
}

const refusals = Object.entries(REFUSALS).flatMap(([code, samples]) =>
  samples.map((sample) => told(sentenceOf(en.refusals, code, sample))),
);
const outcomes = Object.entries(OUTCOMES).flatMap(([code, samples]) =>
  samples.map((sample) => told(sentenceOf(en.outcomes, code, sample))),
);

/** The words for a sample of that code; which of them fit together is checked where the samples stand. */
function sentenceOf(words: object, code: string, sample: object): string {
  const say: unknown = Reflect.get(words, code);
  return typeof say === 'function' ? String(say({ code, ...sample })) : '';
}

describe('docs/troubleshooting.md', () => {
  it('has every refusal, and what may be said of targets', () => {
    const page = quoted('## A command is refused', '## How an operation ended');
    const targets = Object.values(problems).filter((one) => one !== '');
    const sentences = [...refusals, told(en.replies.kept), ...targets];
    expect(sentences.length).toBeGreaterThan(60);
    expect(sentences.filter((sentence) => !page.some((message) => holds(sentence, message)))).toEqual([]);
    expect(page.filter((message) => !sentences.some((sentence) => holds(sentence, message)))).toEqual([]);
  });

  it('has every way in which an operation ends', () => {
    const page = quoted('## How an operation ended', '## The config');
    expect(outcomes.filter((sentence) => !page.some((message) => holds(sentence, message)))).toEqual([]);
    expect(page.filter((message) => !outcomes.some((sentence) => holds(sentence, message)))).toEqual([]);
  });

  it('quotes of config, start and doctor only what the program says', () => {
    const program = sources('src').replace(/\$\{[^}]*\}/g, '…');
    const page = quoted('## The config', '## In Slack, something is odd');
    expect(page.length).toBeGreaterThan(40);
    const unknown = page.filter((message) => !fragmentsOf(message).every((part) => program.includes(part)));
    expect(unknown).toEqual([]);
  });
});

/** What of a message is the same every time, without the name of what it is about. */
function fragmentsOf(message: string): readonly string[] {
  const told = message
    .replace(/^(Slack answers) “\w+”$/, '$1 “…”')
    .replace(/^[A-Z_]+ (is|does|names)\b/, '$1')
    .replace(/^slipway\.yaml /, '')
    .replace('_FILE', '');
  return told
    .split(/…|: |\. |, /)
    .map((part) => part.trim())
    .filter((part) => part.length > 3);
}

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8'))
    .join('\n');
}
