import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../support/watched-operations.ts';
import { says, type TestPerson, wordsOf } from '../support/workspace.ts';

describe('a registry or a cloud that fails', () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, quick);
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
  });
  afterEach(async () => {
    await running.workspace.lever('cloud/registry', { down: false });
    await running.workspace.lever('cloud/permissions', { deny: [] });
    await running.workspace.lever('cloud/operations', { hold: false });
    await running.workspace.clearFaults();
  });
  afterAll(async () => {
    await watch.close();
    await running.stop();
  });

  const fault = (method: string, code: string, times: number) =>
    running.workspace.lever('cloud/faults', { method, times, error: { code } });

  async function refused(text: string): Promise<string> {
    const before = await watch.count();
    const words = wordsOf(await ana.ask('deploys', text));
    expect(await watch.count()).toBe(before);
    expect(words).toContain('Nothing was changed');
    return words;
  }

  async function next(environment = 'staging'): Promise<string> {
    const { version } = await running.workspace.serving('api', environment);
    return version === 'v1.1.0' ? 'v1.2.0' : 'v1.1.0';
  }

  /** Begins a deploy to staging and waits for the state in which it ends. */
  async function deployed(state: string): Promise<string> {
    const version = await next();
    const id = await watch.begun(() => ana.command('deploys', `/deploy api ${version} staging`));
    await watch.until(state);
    const word = state === 'succeeded' ? 'Done' : 'Undone';
    return wordsOf(await ana.see('deploys', says(id, word)));
  }

  it('refuses at planning when the registry is down, and says so', async () => {
    await running.workspace.lever('cloud/registry', { down: true });
    expect(await refused(`/deploy api ${await next()} staging`)).toContain('registry');
  });

  it('refuses at planning without permission, and names what is missing', async () => {
    await running.workspace.lever('cloud/permissions', { deny: ['run.services.get'] });
    expect(await refused(`/deploy api ${await next()} staging`)).toContain('run.services.get');
  });

  it('tells a service that is not there from one that is away', async () => {
    await fault('GetService', 'NOT_FOUND', 20);
    const missing = await refused(`/deploy api ${await next()} staging`);
    await running.workspace.clearFaults();
    await fault('GetService', 'UNAVAILABLE', 20);
    const away = await refused(`/deploy api ${await next()} staging`);
    expect(missing).not.toBe(away);
  });

  it('ends with the reason, and with what served before, when permission is missing in the middle', async () => {
    const before = await running.workspace.serving('api', 'staging');
    await running.workspace.lever('cloud/permissions', { deny: ['run.services.update'] });
    expect(await deployed('undone')).toContain('run.services.update');
    expect(await running.workspace.serving('api', 'staging')).toEqual(before);
  });

  it('goes on when the cloud was away, or a quota used up, for a moment', async () => {
    await fault('UpdateService', 'UNAVAILABLE', 2);
    await deployed('succeeded');
    await fault('UpdateService', 'RESOURCE_EXHAUSTED', 2);
    await deployed('succeeded');
  });

  it('finds what it began again when the cloud’s answer was lost', async () => {
    const callsBefore = (await running.workspace.cloudCalls()).length;
    await running.workspace.lever('cloud/faults', { method: 'UpdateService', times: 1, loseReply: 'drop' });
    await deployed('succeeded');
    const changes = (await running.workspace.changesSince(callsBefore)).map((call) =>
      JSON.stringify([call.resource, call.changed, call.trafficAfter]),
    );
    expect(changes).toEqual([...new Set(changes)]);
  });

  it('moves no traffic when the migration fails', async () => {
    await running.workspace.lever('cloud/jobs', { job: 'api-migrate', fails: true });
    const before = await running.workspace.serving('api', 'production');
    await ana.command('deploys', '/deploy api v1.1.0 production --emergency "try"');
    const failed = await ana.see('deploys', says('Deploy api to production', 'Undone'));
    expect(wordsOf(failed)).toContain('igrat');
    expect(await running.workspace.serving('api', 'production')).toEqual(before);
    await running.workspace.lever('cloud/jobs', { job: 'api-migrate', fails: false });
  });

  it('says in the status what it cannot see', async () => {
    await running.workspace.lever('cloud/permissions', { deny: ['run.services.get'] });
    expect(wordsOf(await ana.ask('deploys', '/status api staging'))).toContain('not known');
  });
});
