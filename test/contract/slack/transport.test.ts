import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSlackApp } from '../../../src/slack/app.ts';
import { systemClock } from '../../../src/slack/clock.ts';
import { DEPLOYS } from '../playground-slack/running-workspace.ts';
import { startReceiving } from './receiving.ts';
import { eventuallySo, type Rig, silent, startRig } from './rig.ts';

const DEPLOY = { channel: DEPLOYS, command: '/deploy', text: 'api v1.1.0 staging' };

describe('a Socket Mode connection', () => {
  it.each(['refresh', 'drop'])('is there again at once after Slack’s %s', async (action) => {
    const rig = await startRig();
    const { app, stored } = await startReceiving(rig);
    expect(app.connected()).toBe(true);
    await rig.slack.control('/connections', { action });
    await eventuallySo(async () => {
      await rig.slack.as('ana').apiCall('chat.command', DEPLOY);
      expect(await stored()).not.toHaveLength(0);
    });
  });

  it('that died silently is replaced', async () => {
    const rig = await startRig();
    const { stored } = await startReceiving(rig);
    await rig.slack.control('/connections', { action: 'freeze' });
    await eventuallySo(async () => {
      await rig.slack.as('ana').apiCall('chat.command', DEPLOY);
      expect(await stored()).not.toHaveLength(0);
    }, 40_000);
  });

  it('comes back when Slack could not be reached for a while', async () => {
    const rig = await startRig();
    const { app } = await startReceiving(rig);
    await rig.slack.control('/faults', { method: 'apps.connections.open', kind: 'error', calls: 2 });
    await rig.slack.control('/connections', { action: 'drop' });
    await eventuallySo(() => expect(app.connected()).toBe(false));
    await eventuallySo(() => expect(app.connected()).toBe(true));
  });

  it('is refused for good with a wrong app token', async () => {
    const rig = await startRig();
    const app = createSlackApp({ ...settings(rig), transport: { kind: 'socket', appToken: 'xapp-wrong' } });
    await expect(app.start()).rejects.toThrow('invalid_auth');
    await app.stop();
  });

  it('may be one of several: each thing comes to one of them', async () => {
    const rig = await startRig();
    const replicas = [await startReceiving(rig), await startReceiving(rig)];
    for (let count = 0; count < 4; count += 1) await rig.slack.as('ana').apiCall('chat.command', DEPLOY);
    const counts = replicas.map(({ accepted }) => accepted.length);
    expect(counts.reduce((sum, count) => sum + count)).toBe(4);
  });
});

describe('a request to the signed HTTP endpoint', () => {
  it('is taken with a good signature', async () => {
    const { url, rig, receiving } = await overHttp();
    expect(await post(url, command(rig), signed(rig))).toBe(200);
    expect(await receiving.stored()).toHaveLength(1);
  });

  it.each([
    ['without a signature', () => ({})],
    ['with a signature of another secret', (rig: Rig) => signed(rig, { secret: 'another' })],
    ['with the signature of another body', (rig: Rig) => signed(rig, { body: 'text=other' })],
    ['that is replayed after five minutes', (rig: Rig) => signed(rig, { age: 301 })],
    ['with half a signature', () => ({ 'x-slack-signature': 'v0', 'x-slack-request-timestamp': now() })],
  ])('%s is refused, and nothing is stored', async (_what, headers) => {
    const { url, rig, receiving } = await overHttp();
    const status = await post(url, command(rig), headers(rig));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(await receiving.stored()).toEqual([]);
  });

  it.each([
    'payload=%7Bnot+json',
    'payload=[]',
    'command=/deploy',
    '',
    'payload=%7B%22type%22%3A%22block_actions%22%7D',
  ])('that says %j is not taken, and the next one is', async (body) => {
    const { url, rig, receiving } = await overHttp();
    const status = await post(url, body, signed(rig, { body }));
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await post(url, command(rig), signed(rig))).toBe(200);
    expect(await receiving.stored()).toHaveLength(1);
  });
});

async function overHttp() {
  const rig = await startRig();
  const receiving = await startReceiving(rig, 'http');
  return { rig, receiving, url: receiving.url };
}

function settings(rig: Rig) {
  return {
    botToken: rig.slack.workspace.seed.app.bot_token,
    identity: rig.identity,
    apiUrl: rig.slack.apiUrl,
    clock: systemClock,
    log: silent,
  };
}

function command(rig: Rig): string {
  return new URLSearchParams({
    team_id: rig.identity.teamId,
    command: '/deploy',
    text: 'api v1.1.0 staging',
    user_id: 'U0ANA000001',
    channel_id: DEPLOYS,
    trigger_id: 'trigger-1',
    response_url: `${rig.slack.origin}/response/1`,
  }).toString();
}

function signed(
  rig: Rig,
  changes: { secret?: string; body?: string; age?: number } = {},
): Record<string, string> {
  const { secret = rig.slack.workspace.seed.app.signing_secret, body = command(rig), age = 0 } = changes;
  const timestamp = String(Number(now()) - age);
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<number> {
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(url, { method: 'POST', body, headers: { ...type, ...headers } });
  await response.text();
  return response.status;
}

function now(): string {
  return String(Math.floor(Date.now() / 1000));
}
