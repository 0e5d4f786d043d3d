import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERT_ENV, ALERT_SECRET, alertmanagerPayload, alerts, tell } from '../support/alerts.ts';
import { botPostgres } from '../support/bot-postgres.ts';
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

describe('a click on an older view of a message', () => {
  const alerted = (name: string) => ({ name, labels: { instance: `${name}-1` } });
  /** The message as it is before anybody has done anything about it. */
  async function firing(name: string): Promise<SeenMessage> {
    await tell(running.url(), alertmanagerPayload(name, [alerted(name)]));
    return ana.see('incidents', says(name, 'Firing since'));
  }
  /** Everybody’s view stays as it is. */
  async function whileNothingIsEdited(work: () => Promise<void>): Promise<void> {
    await running.workspace.lever('faults', { method: 'chat.update', kind: 'error', forMs: 60_000 });
    try {
      await work();
    } finally {
      await running.workspace.clearFaults();
    }
  }
  const acknowledgedBy = async (name: string) => {
    const [row] = await botPostgres(`${running.directory}/bot`).query(
      `select acknowledged_by from slipway.alert_groups join slipway.alerts on group_id = id where name = '${name}'`,
    );
    return row?.acknowledged_by;
  };
  /** What somebody alone is told of a click. */
  async function answerTo(person: TestPerson, message: SeenMessage, label: string): Promise<string> {
    const alone = async () =>
      (await person.messages('incidents')).filter(({ is_ephemeral }) => is_ephemeral === true);
    const before = new Set((await alone()).map(({ ts }) => ts));
    await person.click('incidents', message, label);
    return wordsOf(await person.see('incidents', (one) => one.is_ephemeral === true && !before.has(one.ts)));
  }

  it('of what another has acknowledged meanwhile says who, and changes nothing', async () => {
    const old = await firing('Taken');
    await whileNothingIsEdited(async () => {
      await ana.click('incidents', old, 'Acknowledge');
      await expect.poll(() => acknowledgedBy('Taken')).toBe(ana.id);
      expect(await answerTo(bo, old, 'Acknowledge')).toContain(`<@${ana.id}> has acknowledged`);
    });
    await bo.see('incidents', (one) => again(old.ts)(one) && says(`Acknowledged by <@${ana.id}>`)(one));
    expect(await acknowledgedBy('Taken')).toBe(ana.id);
    // The thread comes after its message.
    const thread = async () => (await ana.thread('incidents', old.ts)).slice(1).map(({ text }) => text);
    await expect.poll(thread).toEqual([`👀 <@${ana.id}> acknowledged it.`]);
  });

  it('of what is over says so, and does not begin it again', async () => {
    const old = await firing('Gone');
    await whileNothingIsEdited(async () => {
      await tell(running.url(), alertmanagerPayload('Gone', [{ ...alerted('Gone'), status: 'resolved' }]));
      expect(await answerTo(bo, old, 'Acknowledge')).toContain('That alert is over');
    });
    const resolved = (one: SeenMessage) => again(old.ts)(one) && says('✅ Warning · Resolved')(one);
    expect(wordsOf(await bo.see('incidents', resolved))).not.toContain('Acknowledged by');
    expect(await acknowledgedBy('Gone')).toBeNull();
  });

  it('counts for what was told before the bot was killed and started again', async () => {
    const old = await firing('Outlived');
    await running.killBot();
    await running.startBot();
    await bo.click('incidents', old, 'Acknowledge');
    const seen = await ana.see('incidents', (one) => again(old.ts)(one) && says('Acknowledged by')(one));
    expect(wordsOf(seen)).toContain(`<@${bo.id}>`);
    const about = (await ana.messages('incidents')).filter((one) => wordsOf(one).includes('Outlived'));
    expect(about).toHaveLength(1);
  });
});

describe('while the database is away', () => {
  /** Tells as Alertmanager does: any 5xx and a broken line are tried again. */
  const payload = alertmanagerPayload('away', [{ name: 'WhileAway', labels: { instance: 'db-1' } }]);
  const send = async () => {
    const response = await fetch(`${running.url()}/webhooks/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ALERT_SECRET}` },
      body: JSON.stringify(payload),
    });
    return {
      status: response.status,
      after: response.headers.get('retry-after'),
      body: await response.text(),
    };
  };

  it('what is told is not taken, with when to come again; the sender’s next attempt is stored, once', async () => {
    const postgres = botPostgres(`${running.directory}/bot`);
    postgres.freeze();
    try {
      const answer = await send();
      expect(answer).toMatchObject({
        status: 503,
        after: '5',
        body: expect.stringContaining('send it again'),
      });
    } finally {
      postgres.thaw();
    }
    postgres.kill();
    // Down until the bot has started it again: whatever is answered meanwhile is 503, and nothing else.
    const statuses: number[] = [];
    await expect
      .poll(async () => {
        statuses.push((await send()).status);
        return statuses.at(-1);
      })
      .toBe(200);
    expect(statuses.filter((status) => status !== 503)).toEqual([200]);
    await ana.see('incidents', says('WhileAway', 'Firing since'));
    const { alerts: stored, groups } = (
      await postgres.query(
        "select count(*)::int as alerts, count(distinct group_id)::int as groups from slipway.alerts where name = 'WhileAway'",
      )
    )[0] ?? { alerts: 0, groups: 0 };
    expect([stored, groups]).toEqual([1, 1]);
    const about = (await ana.messages('incidents')).filter((one) => wordsOf(one).includes('WhileAway'));
    expect(about).toHaveLength(1);
  });
});

describe('a batch of SagaForge that failed', () => {
  // Its handbook's body, signed with the secret of its webhook.
  const event = {
    event: 'batch_failed',
    batch_id: 'batch_123456',
    timestamp: '2024-12-01T10:30:00Z',
    results: [],
  };
  const post = async (body: string, secret: string) => {
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const response = await fetch(`${running.url()}/webhooks/sagaforge`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature-256': `sha256=${signature}` },
      body,
    });
    await response.body?.cancel();
    return response.status;
  };

  it('stands in the incident channel until somebody has acknowledged it', async () => {
    const body = JSON.stringify(event);
    expect(await post(body, 'another secret')).toBe(401);
    expect(await post(body, ALERT_SECRET)).toBe(200);
    const message = await ana.see('incidents', says('Batch batch_123456 failed', 'api in production'));
    await ana.click('incidents', message, 'Acknowledge');
    const over = await ana.see('incidents', (one) => again(message.ts)(one) && says('Resolved')(one));
    expect(wordsOf(over)).toContain(`Acknowledged by <@${ana.id}>`);
    expect(await post(body, ALERT_SECRET)).toBe(200);
    expect(wordsOf(await ana.see('incidents', again(message.ts)))).toContain('Resolved');
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
