import { describe, expect, it } from 'vitest';
import type { OperationOutcome } from '../../../src/domain/operation.ts';
import type { ThreadLine } from '../../../src/domain/thread-line.ts';
import { renderEmergency, renderThreadLine } from '../../../src/slack/render/thread.ts';
import { en } from '../../../src/slack/words/en.ts';
import { operation, view } from './fixtures.ts';

describe('a line in an operation’s thread', () => {
  it('counts approvals as they are given and taken back', () => {
    expect(line({ kind: 'approved', userId: 'U0BO' })).toBe(':white_check_mark: <@U0BO> approved (0 of 1).');
    expect(line({ kind: 'withdrawn', userId: 'U0BO' })).toBe('<@U0BO> took the approval back (0 of 1).');
  });

  it('reminds those who can still decide', () => {
    expect(line({ kind: 'reminder', approvers: ['U0BO'], expiresAt: '2026-08-01T10:30:00Z' })).toBe(
      ':hourglass_flowing_sand: <@U0BO> “Deploy api to production” still needs 1 approval and is withdrawn at <!date^1785580200^{time}|2026-08-01 10:30 UTC>.',
    );
  });

  it('says what changed when the approvals are void', () => {
    expect(ended({ code: 'voided', changed: ['from', 'live', 'novel'] })).toContain(
      'Changed: what is serving now; the live state (traffic or what serves was changed by somebody else); `novel`.',
    );
  });

  it('says what failed, what was undone and what could not be', () => {
    const failed = {
      code: 'step-failed',
      step: 'Move traffic',
      problem: 'permission',
      detail: 'run.services.update was denied.',
      dataChanged: true,
    } as const;
    expect(ended({ ...failed, undo: { result: 'done' } })).toBe(
      '*Deploy api to production: Failed.* “Move traffic” failed: run.services.update was denied. Somebody must grant the bot that permission. Everything was put back as it was before. *Data had already been changed, and undoing does not bring it back.*',
    );
    const at = { backup: 'bk-1', backupTakenAt: '2026-03-01T02:00:00.000Z' };
    expect(ended({ ...failed, ...at, undo: { result: 'done' } })).toMatch(
      /`bk-1` has it as it was at <!date.*2026-03-01 02:00 UTC>, and nothing that was written since: `\/backup restore bk-1` brings that back, once approved\.$/,
    );
    expect(
      ended({ ...failed, undo: { result: 'failed', step: 'Move it back', detail: 'denied too.' } }),
    ).toContain('Undoing “Move it back” failed too: denied too. Somebody must look at the target.');
  });

  it('shows what a program wrote line by line, and nothing of it does anything', () => {
    const text = 'Last lines of app:\nTraceback:\n  File "x.py" <!channel> ```*x*';
    expect(line({ kind: 'log', text })).toBe(
      'Last lines of app:\n```\nTraceback:\n  File "x.py" &lt;!channel&gt; ˋˋˋ*x*\n```',
    );
  });

  it('keeps the last lines of a long log', () => {
    const many = Array.from({ length: 900 }, (_, index) => `line ${index} <`).join('\n');
    const shown = line({ kind: 'log', text: `Log:\n${many}` });
    expect(shown).toContain('line 899 &lt;\n```');
    expect(shown).not.toContain('line 1 ');
    expect(shown.length).toBeLessThan(2_000);
  });

  it('shows what steps log as it is', () => {
    expect(line({ kind: 'log', text: '<!channel> *x*' })).toBe(
      '&lt;!channel&gt; \u200b*\u200bx\u200b*\u200b',
    );
  });

  it('tells the incident channel who skipped approval, for what and why', () => {
    const emergency = view({
      operation: operation({ options: { emergency: 'login is down', reason: null } }),
    });
    expect(renderEmergency(emergency, en).text).toBe(
      ':rotating_light: *Emergency, without approval:* <@U0ANA> started “Deploy api to production” (`v1.1.0`). Reason: “login is down”',
    );
  });
});

function ended(outcome: OperationOutcome): string {
  return line({ kind: 'ended', state: 'failed', outcome });
}

function line(of: ThreadLine): string {
  return renderThreadLine(view(), of, en).text;
}
