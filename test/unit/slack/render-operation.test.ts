import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPERATION_STATES, type OperationView } from '../../../src/domain/operation.ts';
import type { MessageContent } from '../../../src/slack/content.ts';
import { type OperationContext, renderOperation } from '../../../src/slack/render/operation.ts';
import { en } from '../../../src/slack/words/en.ts';
import { limitsBroken, wordsOf } from './block-limits.ts';
import { NOW, operation, plan, step, view } from './fixtures.ts';

const SHOWN: OperationContext = {
  words: en,
  now: NOW,
  approvers: ['U0BO', 'U0CHEN'],
  approveReaction: 'white_check_mark',
  rejectReaction: 'no_entry',
};

describe('the message of an operation', () => {
  it('says what would change, who asked, what is needed, from whom and until when', () => {
    const words = wordsOf(render(view()));
    expect(words).toContain('Deploy api to production · Waiting for approval');
    expect(words).toContain('`v1.0.0`* `aaaaaaaaaaaa`  →  *`v1.1.0`* `bbbbbbbbbbbb`');
    expect(words).toContain('<@U0ANA>');
    expect(words).toContain('Approvals: 0 of 1');
    expect(words).toContain('<@U0BO>, <@U0CHEN>');
    expect(words).toContain('<!date^1785580200^{time}|2026-08-01 10:30 UTC>');
    expect(words).toContain('op_01k1');
  });

  it('offers to approve, reject and cancel while it waits, bound to the plan that is shown', () => {
    const waiting = view();
    const values = buttonValues(render(waiting));
    expect(values).toEqual([
      { do: 'approve', operationId: 'op_01k1', planDigest: waiting.operation.planDigest },
      { do: 'reject', operationId: 'op_01k1', planDigest: waiting.operation.planDigest },
      { do: 'cancel', operationId: 'op_01k1' },
    ]);
  });

  it('counts only approvals of the plan that is shown', () => {
    const waiting = operation({
      plan: plan({ approval: { required: 2, approvers: ['approver'], expires: 1 } }),
    });
    const decided = { decision: 'approve', decidedAt: NOW, via: 'reaction' } as const;
    const words = wordsOf(
      render(
        view({
          operation: waiting,
          approvals: [
            { ...decided, userId: 'U0BO', planDigest: waiting.planDigest },
            { ...decided, userId: 'U0CHEN', planDigest: `sha256:${'0'.repeat(64)}` },
          ],
        }),
      ),
    );
    expect(words).toContain('Approvals: 1 of 2');
    expect(words).toContain('✅ <@U0BO>');
    expect(words).toContain('1 more from `approver`');
  });

  it('shows each step by a mark, its time, and what it is waiting for', () => {
    const words = wordsOf(
      render(
        view({
          operation: operation({ state: 'running', startedAt: new Date('2026-08-01T10:04:00Z') }),
          steps: [
            step({
              state: 'succeeded',
              startedAt: new Date('2026-08-01T10:04:00Z'),
              endedAt: new Date('2026-08-01T10:04:04Z'),
            }),
            step({
              id: 'wait',
              title: 'Wait until it is ready',
              state: 'running',
              message: '1 of 3 instances ready',
              startedAt: new Date('2026-08-01T10:04:04Z'),
            }),
            step({ id: 'shift', title: 'Move traffic' }),
            step({ id: 'undo:shift', title: 'Move it back', state: 'failed', message: 'denied' }),
          ],
        }),
      ),
    );
    expect(words).toContain('▰▰▰▱▱▱▱▱▱▱  1 of 3 steps · 1 min');
    expect(words).toContain('✓ Create the revision · 4 s');
    expect(words).toContain('▸ *Wait until it is ready* · 56 s\n      1 of 3 instances ready');
    expect(words).toContain('○ Move traffic');
    expect(words).toContain('✗ Move it back\n      denied');
  });

  it('offers to stop what is doing something that can be stopped, until somebody has', () => {
    const doing = { operation: operation({ state: 'running', startedAt: NOW }) };
    const moving = step({ state: 'running', startedAt: NOW, stoppable: true });
    const offered = render(view({ ...doing, steps: [moving] }));
    expect(buttonValues(offered)).toEqual([{ do: 'stop', operationId: 'op_01k1' }]);
    expect(JSON.stringify(offered.blocks)).toContain('“Deploy api to production” is ended where it is now');
    expect(buttonValues(render(view({ ...doing, steps: [{ ...moving, stoppable: false }] })))).toEqual([]);
    const stopped = render(view({ ...doing, steps: [moving], stop: { by: 'U0BO', at: NOW } }));
    expect(buttonValues(stopped)).toEqual([]);
    expect(wordsOf(stopped)).toContain('<@U0BO> wants it to stop.');
  });

  it.each([
    ['deploy 1 of 2 steps', '<@U0BO> stopped it at “Run it” (deploy 1 of 2 steps). Everything was put back'],
    ['', '<@U0BO> stopped it before “Run it”. Everything was put back'],
  ])('says who stopped it and where: %j', (detail, said) => {
    const outcome = {
      code: 'step-failed',
      step: 'Run it',
      problem: 'stopped',
      stoppedBy: 'U0BO',
      detail,
      dataChanged: false,
      undo: { result: 'done' },
    } as const;
    expect(wordsOf(render(view({ operation: operation({ state: 'undone', outcome }) })))).toContain(said);
  });

  it('puts an emergency and its reason before everything else', () => {
    const shown = render(
      view({
        operation: operation({
          state: 'running',
          startedAt: NOW,
          options: { emergency: 'login is down', reason: null },
        }),
      }),
    );
    expect(JSON.stringify(shown.blocks[1])).toContain(
      'EMERGENCY: approval was skipped.* Reason: “login is down”',
    );
    expect(wordsOf(shown)).not.toContain('Approvals');
  });

  it('ends with its outcome and the button that fits', () => {
    const ended = { startedAt: NOW, endedAt: new Date(NOW.getTime() + 61_000) };
    const done = render(
      view({
        operation: operation({
          ...ended,
          state: 'succeeded',
          outcome: { code: 'done', detail: 'v1.1.0 serves.' },
        }),
      }),
    );
    expect(wordsOf(done)).toContain('v1.1.0 serves.');
    expect(wordsOf(done)).toContain('took 1 min 1 s');
    expect(buttonValues(done)).toEqual([{ do: 'roll-back', operationId: 'op_01k1' }]);
    const voided = render(view({ operation: operation({ ...ended, state: 'voided' }) }));
    expect(buttonValues(voided)).toEqual([{ do: 'plan-again', operationId: 'op_01k1' }]);
    const rejected = render(view({ operation: operation({ ...ended, state: 'rejected' }) }));
    expect(buttonValues(rejected)).toEqual([]);
  });

  it('says all of it in one line for lock screens and screen readers', () => {
    expect(render(view()).text).toBe(
      '⏳ Deploy api to production · Waiting for approval – v1.0.0 → v1.1.0 – *Approvals: 0 of 1* – Asked for by <@U0ANA>',
    );
  });

  it('says nothing by a sign alone: every state has a word in its header', () => {
    for (const state of OPERATION_STATES) {
      const header = JSON.stringify(render(view({ operation: operation({ state }) })).blocks[0]);
      expect(header).toContain(en.operation.states[state]);
    }
  });

  it('stays within Block Kit’s limits and pings nobody, whatever people and targets say', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 4_000 }),
      fc.constantFrom('<!channel>', '*_~`', '<@U0EVIL>', '&'.repeat(3_000), '', '\n\n', '```'),
    );
    fc.assert(
      fc.property(
        nasty,
        fc.array(nasty, { maxLength: 60 }),
        fc.constantFrom(...OPERATION_STATES),
        (text, texts, state) => {
          const shown = render(
            view({
              operation: operation({
                state,
                outcome: { code: 'fault', detail: text },
                options: { emergency: null, reason: text },
                plan: plan({ warnings: texts, to: { version: text, digest: null, revision: null } }),
              }),
              steps: texts.map((title, index) =>
                step({ id: `s${index}`, title, message: text, state: 'running' }),
              ),
            }),
          );
          expect(limitsBroken(shown)).toEqual([]);
          expect(wordsOf(shown)).not.toMatch(/<!(channel|here|everyone)|<@U0EVIL>/);
        },
      ),
      { numRuns: 200 },
    );
  });
});

function render(shown: OperationView): MessageContent {
  return renderOperation(shown, SHOWN);
}

function buttonValues({ blocks }: MessageContent): readonly unknown[] {
  return blocks
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .map((element) => ('value' in element && element.value !== undefined ? JSON.parse(element.value) : null));
}
