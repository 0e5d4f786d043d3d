import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERT_ENV, alertmanagerPayload, alerts, tell } from '../support/alerts.ts';
import { quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../support/workspace.ts';

let running: RunningBot;
let ana: TestPerson;
let bo: TestPerson;
let dana: TestPerson;

beforeAll(async () => {
  running = await startBotWithPlayground(ALERT_ENV, (config) => {
    quick(config);
    alerts(config);
  });
  ana = running.workspace.person('ana');
  bo = running.workspace.person('bo');
  dana = running.workspace.person('dana');
});
afterAll(() => running.stop());

const production = { service: 'api', environment: 'production' };
const again = (ts: string) => (message: SeenMessage) => message.ts === ts;

describe('a group of alerts', () => {
  it('is one message that is edited as alerts come and go', async () => {
    const one = { name: 'HighLatency', labels: { ...production, pod: 'pod-1' } };
    const two = { name: 'HighLatency', labels: { ...production, pod: 'pod-2' } };
    expect(await tell(running.url(), alertmanagerPayload('latency', [one]))).toBe(200);
    const first = await ana.see('incidents', says('HighLatency', 'Firing'));
    expect(wordsOf(first)).toContain('api in production');
    expect(wordsOf(first)).toContain('Warning');
    expect(wordsOf(first)).toContain('HighLatency is too high');

    await tell(running.url(), alertmanagerPayload('latency', [one, two]));
    await ana.see('incidents', (message) => again(first.ts)(message) && wordsOf(message).includes('pod-2'));
    await tell(running.url(), alertmanagerPayload('latency', [one, { ...two, status: 'resolved' }]));
    await ana.see(
      'incidents',
      (message) => again(first.ts)(message) && /~[^~]*pod=pod-2/.test(wordsOf(message)),
    );
    await tell(running.url(), alertmanagerPayload('latency', [{ ...one, status: 'resolved' }]));
    await ana.see(
      'incidents',
      (message) => again(first.ts)(message) && says('✅ Warning · Resolved')(message),
    );

    // Late, and from the other member of the cluster: what is over stays over.
    await tell(running.url(), alertmanagerPayload('latency', [one, two]));
    await expect
      .poll(async () =>
        (await ana.thread('incidents', first.ts)).slice(1).map(({ text }) => text.split(':')[0]),
      )
      .toEqual(['🔺 Also firing', '✅ Resolved', expect.stringMatching(/^✅ \*Everything is resolved/)]);
    const mine = (await ana.messages('incidents')).filter((message) =>
      wordsOf(message).includes('HighLatency'),
    );
    expect(mine).toHaveLength(1);
    expect(wordsOf(mine[0] ?? first)).toContain('Resolved');
  });

  it('is acknowledged by whoever may, and by nobody else', async () => {
    await tell(
      running.url(),
      alertmanagerPayload('disk', [{ name: 'DiskFull', labels: { instance: 'db-1' } }]),
    );
    const message = await ana.see('incidents', says('DiskFull'));
    await dana.click('incidents', message, 'Acknowledge');
    await dana.see('incidents', says('You may not acknowledge alerts'));
    await ana.click('incidents', message, 'Acknowledge');
    const seen = await bo.see('incidents', (one) => again(message.ts)(one) && says('Acknowledged by')(one));
    expect(wordsOf(seen)).toContain(`<@${ana.id}>`);
  });

  it('shows what senders write as text, and pings nobody', async () => {
    const hostile = '<!channel> <@U0ANA000001> *bold* `code` <https://evil.example|click> @here &lt;';
    const labels = { pod: hostile, team: '<!here>' };
    const annotations = { summary: hostile, description: hostile };
    await tell(
      running.url(),
      alertmanagerPayload('hostile', [
        { name: 'Hostile <!channel>', labels, annotations },
        { name: 'Hostile <!channel>', labels: { ...labels, pod: 'other' }, annotations },
      ]),
    );
    // Slack parses nothing in a header.
    const { blocks, ...shown } = await ana.see('incidents', says('Hostile'));
    const words = wordsOf({ ...shown, blocks: blocks.filter(({ type }) => type !== 'header') });
    expect(words).not.toMatch(/<!(channel|here)>|<@U0ANA|<https:\/\/evil/);
    expect(words).toContain('&lt;!channel&gt;');
  });
});

describe('a critical alert', () => {
  it('stops what would be shipped, unless it is a rollback or said to be known; then it tells its story', async () => {
    await ana.command('deploys', '/deploy api v1.1.0 staging');
    const shipped = await ana.see('deploys', says('Deploy api to staging', 'Done'));
    const where = { service: 'api', environment: 'staging' };
    const burning = {
      name: 'HighErrorRate',
      severity: 'critical',
      labels: where,
      startsAt: new Date().toISOString(),
    };
    await tell(running.url(), alertmanagerPayload('errors', [burning]));
    const message = await ana.see('incidents', says('HighErrorRate', 'CRITICAL'));
    expect(wordsOf(message)).toMatch(/Deploy api to staging \(v1\.\d\.0 → v1\.1\.0\).*before this alert/);
    await expect
      .poll(async () => (await ana.thread('deploys', shipped.ts)).map(wordsOf).join('\n'))
      .toContain('HighErrorRate');

    const refused = await ana.ask('deploys', '/deploy api v1.2.0 staging');
    expect(wordsOf(refused)).toContain('A critical alert fires for');
    expect(wordsOf(await ana.ask('deploys', '/status api staging'))).toContain('HighErrorRate');
    expect(wordsOf(await ana.ask('deploys', '/status incidents'))).toContain('HighErrorRate');
    expect(wordsOf(await ana.ask('deploys', '/status why api staging'))).toContain('HighErrorRate');
    await ana.command('deploys', '/deploy api v1.2.0 staging --during-incident "this is the fix"');
    const known = await ana.see('deploys', says('During an incident', 'this is the fix', 'Done'));
    expect(wordsOf(known)).toContain('v1.2.0');

    await bo.click('incidents', await bo.see('incidents', again(message.ts)), 'Acknowledge');
    await ana.see('incidents', (one) => again(message.ts)(one) && says('Acknowledged by')(one));
    await ana.click('incidents', await ana.see('incidents', again(message.ts)), 'Roll back api in staging');
    await ana.see('incidents', says('✅ Roll back api in staging · Done', 'HighErrorRate'));
    expect((await running.workspace.serving('api', 'staging')).version).toBe('v1.1.0');

    await tell(running.url(), alertmanagerPayload('errors', [{ ...burning, status: 'resolved' }]));
    const over = await ana.see('incidents', (one) => again(message.ts)(one) && says('Incident report')(one));
    await ana.click('incidents', over, 'Incident report');
    await expect
      .poll(async () => (await ana.thread('incidents', message.ts)).map(wordsOf).join('\n'))
      .toMatch(/Incident report: HighErrorRate.*Timeline.*acknowledged by bo.*\[x\] Roll back/s);
  });

  it('that names no environment is about all of the service: where something was shipped, it can go back', async () => {
    await ana.command('deploys', '/deploy frontend v1.1.0 staging');
    const shipped = await ana.see('deploys', says('Deploy frontend to staging', 'Done'));
    const everywhere = { name: 'Dark', labels: { service: 'frontend' }, startsAt: new Date().toISOString() };
    await tell(running.url(), alertmanagerPayload('dark', [everywhere]));
    const message = await ana.see(
      'incidents',
      says('Dark', 'Deploy frontend to staging', 'before this alert'),
    );
    expect(wordsOf(message)).not.toContain('Roll back frontend in production');
    await expect
      .poll(async () => (await ana.thread('deploys', shipped.ts)).map(wordsOf).join('\n'))
      .toContain('Dark');
    await ana.click('incidents', message, 'Roll back frontend in staging');
    await ana.see('incidents', says('✅ Roll back frontend in staging · Done', 'Dark'));
    await expect
      .poll(async () => (await ana.thread('incidents', message.ts)).map(wordsOf).join('\n'))
      .toMatch(/Roll back frontend in staging/);
  });
});
