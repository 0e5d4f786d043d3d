import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BotPostgres, botPostgres } from '../support/bot-postgres.ts';
import { quick } from '../support/demo-config.ts';
import { runShipped } from '../support/processes.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { says, type TestPerson } from '../support/workspace.ts';

describe('the life of the process', () => {
  let running: RunningBot;
  let postgres: BotPostgres;
  let ana: TestPerson;
  let bo: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, quick);
    postgres = botPostgres(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(() => running.stop());

  const get = (path: string) => fetch(`${running.url()}${path}`);
  const isThere = (pid: number) => existsSync(`/proc/${pid}`);

  it('says that it lives and is ready, and counts what it does', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ ok: true });
    expect(await (await get('/readyz')).json()).toEqual({ ok: true, missing: [] });
    await ana.command('deploys', '/deploy api v1.1.0 production');
    const asked = await ana.see('deploys', says('Deploy api to production', 'Waiting for approval'));
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await ana.see('deploys', (now) => now.ts === asked.ts && says('Done')(now));
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const metrics = await answer.text();
    expect(metrics).toContain(
      'slipway_operations_total{kind="deploy",service="api",environment="production",result="succeeded"} 1',
    );
    expect(metrics).toMatch(/slipway_operation_duration_seconds_count\{[^}]*\} 1/);
    expect(metrics).toContain('slipway_approval_latency_seconds_count 1');
    expect(metrics).toMatch(/slipway_slack_calls_total\{method="post",result="done"\} \d+/);
    expect(metrics).toContain('process_resident_memory_bytes');
  });

  it('refuses a second bot on the same data, naming the process, and goes on', async () => {
    const second = await runShipped(['start'], { ...running.env, PORT: '0' });
    expect(second.code).toBe(2);
    expect(second.output).toContain(`process ${running.bot().pid}`);
    expect((await get('/readyz')).status).toBe(200);
  });

  it('stops in the middle of a step when asked to, leaving nothing behind, and goes on at the next start', async () => {
    await ana.command('deploys', '/deploy api v1.5.0-slow staging');
    const message = await ana.see('deploys', says('Deploy api to staging', 'Running'));
    await expect
      .poll(() => postgres.query("select id from slipway.steps where state = 'running'"))
      .toEqual([{ id: 'create-revision' }]);
    const [bot, database] = [running.bot().pid, postgres.pid()];
    expect(await running.bot().stop()).toBe(0);
    // Whoever collects ended processes on this machine may take a moment.
    await expect.poll(() => [bot, database].map(isThere)).toEqual([false, false]);
    expect(existsSync(`${running.directory}/bot/slipway.pid`)).toBe(false);
    await running.startBot();
    await ana.see('deploys', (now) => now.ts === message.ts && says('Done')(now));
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.5.0-slow' });
  });

  it('adopts the database that a kill -9 left running, never a second one', async () => {
    const database = postgres.pid();
    await running.killBot();
    expect(isThere(database)).toBe(true);
    await running.startBot();
    expect(postgres.pid()).toBe(database);
  });

  it('keeps a record that proves itself while it runs, and shows when somebody changed it', async () => {
    const verified = await runShipped(['audit', 'verify'], running.env);
    expect(verified).toMatchObject({ code: 0, output: expect.stringContaining('all as they were written') });
    const exported = await runShipped(['audit', 'export'], running.env);
    const actions = exported.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).action);
    expect(actions).toContain('operation.requested');
    expect(actions).toContain('approval.given');
    expect(actions).toContain('operation.succeeded');
    expect((await get('/readyz')).status).toBe(200);
    await expect(postgres.query("update slipway.audit set actor = 'U0MALLORY'")).rejects.toThrow(
      'append-only',
    );
    await postgres.query(
      `set session_replication_role = replica; update slipway.audit set actor = 'U0MALLORY' where seq = 2`,
    );
    const broken = await runShipped(['audit', 'verify'], running.env);
    expect(broken).toMatchObject({
      code: 1,
      output: expect.stringContaining('line 2 is not as it was written'),
    });
  });
});
