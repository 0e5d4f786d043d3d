import type { Button } from '@slack/web-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanaryTrouble } from '../../../src/domain/canary.ts';
import {
  OPERATION_STATES,
  type OperationOutcome,
  type OperationView,
} from '../../../src/domain/operation.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import type { ThreadLine } from '../../../src/domain/thread-line.ts';
import type { MessageContent } from '../../../src/slack/content.ts';
import { renderOperation } from '../../../src/slack/render/operation.ts';
import { renderReply } from '../../../src/slack/render/reply.ts';
import { renderThreadLine } from '../../../src/slack/render/thread.ts';
import { en } from '../../../src/slack/words/en.ts';
import { limitsBroken, wordsOf } from './block-limits.ts';
import { canaryView, look, NOW, operation, plan, step, TERMS, view } from './fixtures.ts';

const TARGET = { service: 'api', environment: 'production' };
const SINCE = '<!date^1785578400^{date_short_pretty} {time}|2026-08-01 10:00 UTC>';

/** One of every code, with what people read of it. */
const TROUBLES: readonly (readonly [CanaryTrouble, string])[] = [
  [{ code: 'failing', failures: 1, limit: 2 }, 'the analysis failed 1 time in a row (limit 2)'],
  [
    { code: 'no-data', heldSince: '2026-08-01T10:00:00Z' },
    `there has been nothing to judge it by since ${SINCE}`,
  ],
  [
    { code: 'unavailable', heldSince: '2026-08-01T10:00:00Z' },
    `what judges it could not be asked since ${SINCE}`,
  ],
  [{ code: 'alert', name: 'HighErrors' }, 'the alert “HighErrors” is firing'],
  [{ code: 'not-ours', found: 'api-7 has 80 %' }, 'somebody else changed the traffic (api-7 has 80 %)'],
];

describe('the message of a canary', () => {
  it('says before it begins what is agreed to', () => {
    const waiting = view({ operation: operation({ plan: plan({ kind: 'canary', canary: TERMS }) }) });
    expect(wordsOf(render(waiting))).toContain(
      '*Canary:* begins with 10 %, may go to all of the traffic (steps 10 % → 50 % → 100 %). Each step is watched for 10 min. It goes on when somebody says so.',
    );
  });

  it('shows its share as a bar, and how long the step is still watched', () => {
    const words = wordsOf(render(canaryView()));
    expect(words).toContain('▰▱▱▱▱▱▱▱▱▱  *10 % of the traffic*');
    expect(words).toContain(
      'Watched until <!date^1785579180^{time}|2026-08-01 10:13 UTC>, 8 min left in this step; then it waits for `/canary promote api production`, `/canary abort api production` or another percent.',
    );
    expect(render(canaryView()).text).toContain('10 % of the traffic');
  });

  it('says what it will do by itself', () => {
    expect(wordsOf(render(canaryView({ auto: true })))).toContain(
      '8 min left in this step; then 50 % by itself.',
    );
    expect(wordsOf(render(canaryView({ auto: true, percent: 50 })))).toContain(
      'then it is promoted by itself.',
    );
    expect(wordsOf(render(canaryView({ auto: true, pauseEndsAt: NOW })))).toContain(
      'This step has been watched for its time; it goes on after the next look that passes.',
    );
    expect(wordsOf(render(canaryView({ pauseEndsAt: null })))).toContain('Traffic is being moved.');
  });

  it('says when no approved step is left', () => {
    const terms = { ...TERMS, steps: [10, 50] };
    expect(wordsOf(render(canaryView({ terms, percent: 50, auto: true })))).toContain(
      'this is the last step that was approved; then it waits for',
    );
  });

  it.each(TROUBLES)('says what it is held for: $code', (trouble, text) => {
    expect(wordsOf(render(canaryView({ trouble })))).toContain(`*Held:* ${text}.`);
  });

  it('shows its weights over time, and who moved it', () => {
    const moves = [
      { at: new Date('2026-08-01T10:03:00Z'), percent: 10, by: 'U0ANA' },
      { at: new Date('2026-08-01T10:04:00Z'), percent: 50, by: null },
    ];
    expect(wordsOf(render(canaryView({ moves })))).toContain(
      '*10 %* <!date^1785578580^{time}|2026-08-01 10:03 UTC> (<@U0ANA>)  →  *50 %* <!date^1785578640^{time}|2026-08-01 10:04 UTC> (itself)',
    );
    const many = Array.from({ length: 30 }, () => moves).flat();
    expect(wordsOf(render(canaryView({ moves: many })))).toContain('54 earlier  →  ');
  });

  it('shows every look with its numbers against their limits, newest first', () => {
    const failed = look({
      kind: 'fail',
      measurements: [{ name: 'error rate', canary: 0.213, baseline: 0, limit: 0.01, unit: 'ratio' }],
    });
    const words = wordsOf(render(canaryView({ looks: [look(), failed] })));
    const pass = '10 % · pass · error rate 0.21 % (limit 1 %, baseline 0.1 %) · p95 120 ms (limit 1000 ms)';
    const fail = '10 % · fail · error rate 21.3 % (limit 1 %, baseline 0 %)';
    expect(words).toContain(pass);
    expect(words).toContain(fail);
    expect(words.indexOf(fail)).toBeLessThan(words.indexOf(pass));
  });

  it('shows why there is no verdict', () => {
    const away = look({ kind: 'unavailable', detail: 'Prometheus does not answer.', measurements: [] });
    expect(wordsOf(render(canaryView({ looks: [away] })))).toContain(
      '🔌 <!date^1785578670^{time}|2026-08-01 10:04 UTC> · 10 % · unavailable · Prometheus does not answer.',
    );
    expect(wordsOf(render(canaryView({ looks: [] })))).toContain('Not looked at yet.');
  });

  it('keeps its weights and looks when it has ended, but no time and no trouble', () => {
    const trouble = { code: 'failing', failures: 2, limit: 2 } as const;
    const words = wordsOf(render(canaryView({ trouble }, { state: 'undone', endedAt: NOW })));
    expect(words).toContain('*10 %* <!date');
    expect(words).toContain('Last looks');
    expect(words).not.toMatch(/Held|left in this step|of the traffic/);
  });

  it('stays within Block Kit’s limits and pings nobody, whatever its sources say', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 1_000 }),
      fc.constantFrom('<!channel>', '*_~`', '<@U0EVIL>', '&'.repeat(3_000), ''),
    );
    const property = fc.property(
      nasty,
      fc.array(nasty, { maxLength: 20 }),
      fc.constantFrom(...OPERATION_STATES),
      fc.constantFrom('fail', 'no-data'),
      (text, texts, state, kind) => {
        const measurements = texts.map((name) => ({
          name,
          canary: 1e300,
          baseline: null,
          limit: 1e-300,
          unit: 'ratio' as const,
        }));
        const looks = texts.map(() => look({ kind, detail: text, measurements }));
        const moves = texts.map((by) => ({ at: NOW, percent: 50, by }));
        const trouble = { code: 'not-ours', found: text } as const;
        const changed = plan({ kind: 'canary', canary: TERMS, warnings: texts });
        const outcome = { code: 'canary-aborted', by: null, why: trouble } as const;
        const its = canaryView({ looks, moves, trouble }, { plan: changed, state, outcome });
        const steps = texts.map((title, index) => step({ id: `s${index}`, title, message: text }));
        for (const shown of [render({ ...its, steps }), reply({ kind: 'canaries', operations: [its] })]) {
          expect(limitsBroken(shown)).toEqual([]);
          expect(wordsOf(shown)).not.toMatch(/<!(channel|here|everyone)|<@U0EVIL>/);
        }
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
});

describe('the thread of a canary', () => {
  it('tells who moved it', () => {
    expect(line({ kind: 'canary-moved', percent: 50, by: 'U0BO' })).toBe(
      ':twisted_rightwards_arrows: The canary takes 50 % of the traffic now, moved by <@U0BO>.',
    );
    expect(line({ kind: 'canary-moved', percent: 100, by: null })).toBe(
      ':twisted_rightwards_arrows: The canary takes all of the traffic now, by itself.',
    );
  });

  it.each(TROUBLES)('tells what holds it and that it goes on: $code', (trouble, text) => {
    expect(line({ kind: 'canary-held', trouble })).toBe(`:double_vertical_bar: *Held:* ${text}.`);
    expect(line({ kind: 'canary-going-on' })).toContain('it goes on');
  });

  it('ends with who took it back and why', () => {
    expect(ended({ code: 'canary-aborted', by: 'U0BO', why: { code: 'asked', reason: 'too slow' } })).toBe(
      '*Canary of api in production: Undone.* <@U0BO> took it back: “too slow”. The traffic is as it was before the canary.',
    );
    expect(ended({ code: 'canary-aborted', by: 'U0BO', why: { code: 'asked', reason: null } })).toContain(
      '<@U0BO> took it back. The traffic',
    );
  });

  it.each(TROUBLES)('ends with what it was taken back for: $code', (why, text) => {
    expect(ended({ code: 'canary-aborted', by: null, why })).toContain(`: ${text}.`);
  });

  it('does not say that the traffic is as it was where somebody else’s change was left', () => {
    const left = 'Somebody else moved the traffic since, which is left as it is';
    const text = ended({ code: 'canary-aborted', by: 'U0BO', why: { code: 'asked', reason: null }, left });
    expect(text).toContain(`not as it was before the canary: ${left}. Somebody must look at it.`);
    expect(text).not.toContain('The traffic is as it was');
  });

  it('says that what somebody else set was kept', () => {
    const why = { code: 'not-ours', found: 'api-7 has 80 %' } as const;
    expect(ended({ code: 'canary-aborted', by: null, why })).toContain(
      'It was ended: somebody else changed the traffic (api-7 has 80 %). What they set was kept.',
    );
  });
});

describe('answers about canaries', () => {
  it('show each that runs as its message does', () => {
    const shown = reply({ kind: 'canaries', operations: [canaryView(), canaryView({ percent: 50 })] });
    expect(shown.text).toBe('api/production: 10 % of the traffic, api/production: 50 % of the traffic');
    expect(wordsOf(shown)).toContain('▰▰▰▰▰▱▱▱▱▱  *50 % of the traffic*');
    expect(wordsOf(shown)).toContain('🚀 *Canary of api in production* · Running');
    expect(reply({ kind: 'canaries', operations: [] }).text).toBe('No canary is running.');
    expect(limitsBroken(reply({ kind: 'canaries', operations: Array(200).fill(canaryView()) }))).toEqual([]);
  });

  it.each([
    [{ kind: 'move', percent: 50 }, 'Giving the canary of `api/production` 50 % of the traffic.'],
    [{ kind: 'promote' }, 'Promoting the canary of `api/production`.'],
    [{ kind: 'auto' }, 'the canary of `api/production` walks through its steps by itself.'],
    [{ kind: 'abort', reason: null }, 'Taking back the canary of `api/production`.'],
  ] as const)('say what was understood: $kind', (instruction, text) => {
    expect(reply({ kind: 'instructed', target: TARGET, instruction }).text).toContain(text);
  });

  it('show in a dry run what would be agreed to', () => {
    const plans = [plan({ kind: 'canary', canary: TERMS })];
    expect(wordsOf(reply({ kind: 'dry-run', plans }))).toContain('*Canary:* begins with 10 %');
  });

  it('say which percents there are', () => {
    expect(percentRefusal('101', [])).toBe(
      '`101` is not a share that a canary can have: write a whole percent from 1 to 99, `/canary promote` for all of the traffic or `/canary abort` for none.',
    );
    expect(percentRefusal('100', ['promote'])).toMatch(/Did you mean `promote`\?$/);
  });

  it('say what can be done about a canary that runs', () => {
    const busy = { code: 'busy', target: TARGET, operationId: 'op_1', requesterId: 'U0ANA' } as const;
    const text = refused({ ...busy, kind: 'canary' });
    expect(text).toContain('A canary of `api/production` is already under way');
    for (const choice of ['/canary promote', '/canary abort', '/rollback']) {
      expect(text).toContain(`\`${choice} api production\``);
    }
    expect(refused({ ...busy, kind: 'deploy' })).not.toContain('/canary');
  });

  it('ask which canary is meant', () => {
    const web = { service: 'web', environment: 'staging' };
    expect(refused({ code: 'which-canary', running: [] })).toBe(
      'No canary is running here. Start one with `/canary 10 service version environment`.',
    );
    expect(refused({ code: 'which-canary', running: [TARGET] })).toBe(
      'There is no such canary here. The only one that runs is `api/production`. Name it, as in `/canary status api production`.',
    );
    expect(refused({ code: 'which-canary', running: [TARGET, web] })).toContain(
      'Say which canary you mean. These run: `api/production`, `web/staging`.',
    );
  });

  it('say that it has ended, or is ending in another way', () => {
    expect(refused({ code: 'canary-over', operationId: 'op_1' })).toBe(
      'The canary `op_1` has ended, so there is nothing to move, promote or take back.',
    );
    expect(refused({ code: 'canary-ending', operationId: 'op_1', by: 'promote' })).toBe(
      'The canary `op_1` is being promoted, which is not stopped half-way. When it is done, `/rollback` goes back.',
    );
    expect(refused({ code: 'canary-ending', operationId: 'op_1', by: 'abort' })).toContain(
      'is being taken back',
    );
  });

  it('say what its target can do', () => {
    expect(refused({ code: 'unreachable-share', target: TARGET, asked: 37, nearest: [33, 50] })).toBe(
      '`api/production` cannot give a canary 37 % of its traffic. Nearest that it can: `33 %`, `50 %`.',
    );
  });
});

describe('a request to take a canary past its approved steps', () => {
  const extension = { operationId: 'op_1', from: 50, to: 75, approved: 50 };
  const asked = (to: number) =>
    JSON.stringify(
      render(
        view({
          operation: operation({ plan: plan({ kind: 'canary-extension', extension: { ...extension, to } }) }),
        }),
      ).blocks,
    );

  it('says from where to where, which canary, and how far was approved before', () => {
    expect(asked(75)).toContain('Extend the canary of api in production');
    expect(asked(75)).toContain(
      '*From 50 % to 75 % of the traffic,* for the canary that runs (`op_1`). 50 % was approved before.',
    );
    expect(asked(100)).toContain('*From 50 % to all of the traffic,*');
  });

  it('says why it is void', () => {
    expect(ended({ code: 'overtaken', extension, percent: null })).toContain(
      'The canary `op_1` has ended in the meantime, and this was to take it from 50 % to 75 %. Nothing was moved by this.',
    );
    expect(ended({ code: 'overtaken', extension, percent: 10 })).toContain(
      'The canary `op_1` has 10 % of the traffic by now',
    );
  });
});

describe('the buttons of a canary', () => {
  const labels = (shown: OperationView) => buttonsOf(shown).map(({ text }) => text.text);

  it('promote and abort it, after asking once more', () => {
    expect(labels(canaryView())).toEqual(['Promote', 'Abort']);
    const [promote, abort] = buttonsOf(canaryView());
    expect(promote?.confirm?.text?.text).toBe(
      'The canary of api in production gets all of the traffic, and ends.',
    );
    expect(abort?.confirm?.text?.text).toContain('the traffic is again as it was before');
  });

  it('say that promoting asks for approval where that is past what was approved', () => {
    expect(buttonsOf(canaryView({ approved: 50 }))[0]?.confirm?.text?.text).toBe(
      'Only 50 % was approved. This asks for the approval to give the canary of api in production all of the traffic.',
    );
  });

  it('are gone while it ends, and afterwards', () => {
    expect(labels(canaryView({ last: 'promote' }))).toEqual([]);
    expect(labels(canaryView({}, { state: 'succeeded' }))).toEqual([]);
  });
});

function buttonsOf(shown: OperationView): readonly Button[] {
  return render(shown).blocks.flatMap((block) =>
    block.type === 'actions' ? block.elements.filter((element) => element.type === 'button') : [],
  );
}

function percentRefusal(word: string, nearest: readonly string[]): string {
  return refused({ code: 'unknown-word', role: 'percent', word, understood: [], nearest, allowed: [] });
}

function refused(refusal: Refusal): string {
  return reply({ kind: 'refusal', refusals: [refusal] }).text;
}

function ended(outcome: OperationOutcome): string {
  return line({ kind: 'ended', state: 'undone', outcome });
}

function line(of: ThreadLine): string {
  return renderThreadLine(canaryView(), of, en).text;
}

function reply(value: Reply): MessageContent {
  return renderReply(value, { words: en, now: NOW, grammars: [] });
}

function render(shown: OperationView): MessageContent {
  return renderOperation(shown, {
    words: en,
    now: NOW,
    approvers: ['U0BO'],
    approveReaction: 'white_check_mark',
    rejectReaction: 'no_entry',
  });
}
