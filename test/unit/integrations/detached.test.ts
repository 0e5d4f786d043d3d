import { describe, expect, it } from 'vitest';
import { lookAtWhole } from '../../../integrations/detached.ts';
import type { Host, RunState } from '../../../integrations/host.ts';
import { archiveBackupConfig } from '../../../integrations/host-backup/config.ts';
import { createHostBackups } from '../../../integrations/host-backup/provider.ts';

const PIECE = 64;

/** Looks at a run as hosts do: no more than a piece at a time, and ended only with the last one. */
function looking(output: string, isOver: boolean): Pick<Host, 'look'> {
  return {
    look: async ({ from }): Promise<RunState> => {
      const said = { output: output.slice(from, from + PIECE), next: Math.min(output.length, from + PIECE) };
      const isLast = output.length - from < PIECE;
      return isOver && isLast ? { state: 'ended', status: 0, ...said } : { state: 'running', ...said };
    },
  };
}

describe('a look at a run and all that it said', () => {
  const signal = new AbortController().signal;
  const request = { id: 'op-a/step', wait: 0 };
  const long = 'a line\n'.repeat(100);

  it('brings the end, however much was said before', async () => {
    expect(await lookAtWhole(looking(long, true), request, signal)).toMatchObject({
      state: 'ended',
      status: 0,
      output: long,
    });
  });

  it('brings what there is so far of one that goes on', async () => {
    expect(await lookAtWhole(looking(long, false), request, signal)).toMatchObject({
      state: 'running',
      output: long,
    });
  });

  it('lets a backup end that said much', async () => {
    const unasked = () => Promise.reject(new Error('nothing else is asked of it'));
    const host: Host = {
      name: 'web-1',
      identity: 'deploy@web-1.example:22',
      run: unasked,
      start: async () => undefined,
      ...looking(`${long}bk-a: 3 bytes`, true),
      stop: unasked,
      readFile: unasked,
      writeFile: unasked,
      fetch: unasked,
      examine: unasked,
      close: async () => undefined,
    };
    const config = { kind: 'archive', host: 'web-1', path: '/srv/a', directory: '/srv/backups' };
    const backups = createHostBackups(archiveBackupConfig.parse(config), () => host);
    const planned = await backups.planBackup();
    const [make] = planned.ok ? planned.value.steps : [];
    if (make === undefined) throw new Error('no step');
    const context = {
      operationId: 'op-a',
      requestedBy: 'Ana',
      signal,
      log: () => undefined,
      intents: { declare: async () => null, since: async () => null, withdraw: async () => undefined },
    };
    expect(await backups.start(make, context)).toEqual({ phase: 'succeeded', message: 'bk-a: 3 bytes' });
  });
});
