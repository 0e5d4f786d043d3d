import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  freePort,
  type ShippedProcess,
  startShipped,
  type TemporaryDirectory,
  temporaryDirectory,
} from '../support/processes.ts';
import { openWorkspace, says } from '../support/workspace.ts';

describe('npm start with nothing configured', () => {
  let directory: TemporaryDirectory;
  let env: Readonly<Record<string, string>>;
  let bot: ShippedProcess;
  beforeAll(async () => {
    directory = temporaryDirectory();
    const ports = { PORT: String(await freePort()), PLAYGROUND_PORT: String(await freePort()) };
    env = { SLIPWAY_DATA: directory.path, ...ports };
    bot = await startShipped(['start'], { env, ready: 'Slipway ready' });
  });
  afterAll(async () => {
    await bot.stop();
    directory.remove();
  });

  it('remembers workspace, message and operation over a kill -9, and goes on where it was', async () => {
    const workspace = await openWorkspace(bot.url('Playground'));
    const [ana, bo] = [workspace.person('ana'), workspace.person('bo')];
    await ana.say('deploys', 'Who approves this?');
    await ana.command('deploys', '/deploy api v1.1.0 production');
    const asked = await ana.see('deploys', says('Deploy api to production', 'Waiting for approval'));
    await bot.kill();
    bot = await startShipped(['start'], { env, ready: 'Slipway ready' });
    await ana.see('deploys', says('Who approves this?'));
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (now) => now.ts === asked.ts && says('Done')(now));
    expect(await workspace.serving('api', 'production')).toMatchObject({ version: 'v1.1.0' });
    expect((await ana.messages('deploys')).filter(says('Deploy api to production'))).toHaveLength(1);
  });

  it('stops when asked to, also in the middle of its work, and is as it was when started again', async () => {
    const workspace = await openWorkspace(bot.url('Playground'));
    const ana = workspace.person('ana');
    await ana.command('deploys', '/deploy api v1.2.0 staging');
    const message = await ana.see('deploys', says('Deploy api to staging', 'Running'));
    expect(await bot.stop()).toBe(0);
    bot = await startShipped(['start'], { env, ready: 'Slipway ready' });
    await ana.see('deploys', (now) => now.ts === message.ts && says('Done')(now));
    expect(await workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.2.0' });
  });
});
