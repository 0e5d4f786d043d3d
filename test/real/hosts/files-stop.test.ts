import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createTargets } from '../../../integrations/kinds.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { contextOf } from '../../contract/target/drive.ts';
import { startTestHost } from '../../support/host/test-host.ts';

it('ends a restart that runs out of time, so that nothing of it goes on beside the undo', async () => {
  const server = await startTestHost();
  onTestFinished(() => server.stop());
  const directory = await mkdtemp(path.join(server.home, 'live-'));
  const restart = ['sh', '-c', 'echo $$ >begun; sleep 300; touch went-on'];
  const archive = { github: 'acme/lingzhi' };
  const target = createTargets(
    configSchema.parse({
      hosts: { web: server.config() },
      environments: { production: {} },
      services: {
        backend: {
          environments: {
            production: { target: { kind: 'files', host: 'web', directory, archive, restart } },
          },
        },
      },
    }),
  ).get('backend/production');
  if (target?.stop === undefined) throw new Error('the config has no such target, or it cannot be stopped');
  onTestFinished(() => target.close());
  const step = {
    id: 'restart',
    title: 'Restart',
    action: 'restart',
    input: {},
    effect: 'reversible',
    timeLimit: 60_000,
  } as const;
  const context = contextOf('op_stop');
  const begun = await target.start(step, context);
  if (begun.phase !== 'running') throw new Error('it ended at once');
  expect(await target.stop.stop(step, begun.handle, context)).toBeNull();
  const pid = Number(await readFile(path.join(directory, 'begun'), 'utf8'));
  expect(pid).toBeGreaterThan(1);
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
  expect(existsSync(path.join(directory, 'went-on'))).toBe(false);
});
