import { describe, expect, it } from 'vitest';
import { type DoctorCheck, examine } from '../../../src/cli/doctor.ts';
import { screen } from './screen.ts';

async function tell(checks: readonly DoctorCheck[]) {
  const { terminal, out } = screen();
  const code = await examine(checks, terminal);
  return { code, out: out() };
}

const well: DoctorCheck = {
  subject: 'Database',
  run: async () => [{ subject: 'Database', ok: true, detail: 'answers', remedy: null }],
};

describe('the doctor', () => {
  it('tells a line for each finding and ends with 0 when all is well', async () => {
    expect(await tell([well, well])).toEqual({
      code: 0,
      out: '✓ Database  answers\n✓ Database  answers\n\n2 of 2 checks passed.\n',
    });
  });

  it('tells the remedy with what is wrong, and ends with 1', async () => {
    const ill: DoctorCheck = {
      subject: 'Slack',
      run: async () => [
        { subject: 'Channel #deploys', ok: false, detail: 'is archived', remedy: 'Unarchive it.' },
        { subject: 'Channel #other', ok: false, detail: 'is strange', remedy: null },
      ],
    };
    expect(await tell([well, ill])).toEqual({
      code: 1,
      out: [
        '✓ Database  answers',
        '✗ Channel #deploys  is archived',
        '  → Unarchive it.',
        '✗ Channel #other  is strange',
        '',
        '1 of 3 checks passed.',
        '',
      ].join('\n'),
    });
  });

  it('takes a check that breaks for something wrong', async () => {
    const broken: DoctorCheck = {
      subject: 'Slack',
      run: async () => {
        throw new Error('socket hang up');
      },
    };
    expect(await tell([broken, well])).toEqual({
      code: 1,
      out: '✗ Slack  could not be checked: socket hang up\n✓ Database  answers\n\n1 of 2 checks passed.\n',
    });
  });

  it('does not count what only a person can see', async () => {
    const note: DoctorCheck = {
      subject: 'Events',
      run: async () => [{ subject: 'Events', note: 'look by hand' }],
    };
    expect(await tell([well, note])).toEqual({
      code: 0,
      out: '✓ Database  answers\n– Events  look by hand\n\n1 of 1 checks passed.\n',
    });
  });

  it('looks at everything at once and keeps the order', async () => {
    const release = Promise.withResolvers<void>();
    const slow: DoctorCheck = {
      subject: 'Slow',
      run: async () => {
        await release.promise;
        return [{ subject: 'Slow', ok: true, detail: 'came late', remedy: null }];
      },
    };
    const quick: DoctorCheck = {
      subject: 'Quick',
      run: async () => {
        release.resolve();
        return [{ subject: 'Quick', ok: true, detail: 'came early', remedy: null }];
      },
    };
    expect((await tell([slow, quick])).out).toMatch(/^✓ Slow {2}came late\n✓ Quick {2}came early\n/);
  });
});
