import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { defaultSeed } from '../../../src/playground/slack/seed.ts';
import { LOCKS } from '../../../src/store/advisory-locks.ts';
import { findMessage } from '../../../src/store/publications.ts';
import { DEPLOYS, seedWith } from '../playground-slack/running-workspace.ts';
import { eventuallySo, startPublisher, startRig } from './rig.ts';

describe('the publisher against the local Slack', () => {
  it('posts, reacts, edits in place and answers in the thread', async () => {
    const rig = await startRig();
    const { posted } = startPublisher(rig);
    await rig.put('op', { reactions: ['white_check_mark', 'no_entry'] });
    await rig.put('op/1', { thread: { kind: 'publication', key: 'op' }, priority: 1 });
    await eventuallySo(async () => {
      expect(await rig.shown()).toMatchObject([{ text: 'op', reactions: ['white_check_mark', 'no_entry'] }]);
    });
    await rig.put('op', { content: { text: 'done', blocks: [] } });
    await eventuallySo(async () => expect(await rig.shown()).toMatchObject([{ text: 'done' }]));
    const [message] = await rig.shown();
    const thread = await rig.slack.bot.conversations.replies({ channel: DEPLOYS, ts: message?.ts ?? '' });
    expect(thread.messages?.map(({ text }) => text)).toEqual(['done', 'op/1']);
    expect(posted.map(({ key }) => key)).toEqual(['op', 'op/1']);
    expect(rig.refused()).toEqual({});
  });

  it('shows a stripe in a colour, with everything said in the text too', async () => {
    const rig = await startRig();
    startPublisher(rig);
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'on fire' } }] as const;
    await rig.put('alert', {
      content: { text: 'Alert: on fire', blocks: [], stripe: { color: '#d00000', blocks } },
    });
    await eventuallySo(async () => {
      const { messages = [] } = await rig.slack.bot.conversations.history({ channel: DEPLOYS });
      expect(messages[0]?.attachments).toMatchObject([{ color: '#d00000', fallback: 'Alert: on fire' }]);
    });
  });

  it('stays under Slack’s limits and lets an approval pass a storm of alerts', async () => {
    const rig = await startRig();
    startPublisher(rig);
    for (let alert = 1; alert <= 12; alert += 1) await rig.put(`alert ${alert}`, { priority: 2 });
    await eventuallySo(async () => expect((await rig.shown()).length).toBeGreaterThanOrEqual(3));
    await rig.put('approve?');
    await eventuallySo(async () => {
      expect((await rig.shown()).map(({ text }) => text)).toContain('approve?');
    });
    expect((await rig.shown()).length).toBeLessThan(12);
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(13));
    expect(rig.refused()).toEqual({});
  });

  it('finds a message whose reply was lost instead of posting it again', async () => {
    const rig = await startRig();
    const { posted } = startPublisher(rig);
    await rig.slack.control('/faults', { method: 'chat.postMessage', kind: 'lose', calls: 1 });
    await rig.put('op');
    await eventuallySo(() => expect(posted).toMatchObject([{ key: 'op', found: true }]));
    expect(await rig.shown()).toHaveLength(1);
  });

  it('adopts what a killed publisher had posted and not written down', async () => {
    const rig = await startRig();
    const first = startPublisher(rig);
    await rig.test.database.query(
      `create function slipway.stuck() returns trigger language plpgsql as $$
       begin if new.ts is not null then raise exception 'killed'; end if; return new; end $$;
       create trigger stuck before update on slipway.publications for each row execute function slipway.stuck()`,
    );
    await rig.put('op');
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(1));
    await first.kill();
    await rig.test.database.query('drop trigger stuck on slipway.publications');
    const second = startPublisher(rig);
    await eventuallySo(() => expect(second.posted).toMatchObject([{ key: 'op', found: true }]));
    expect(await rig.shown()).toHaveLength(1);
    expect(await findMessage(rig.test.database, 'op')).toMatchObject({ channelId: DEPLOYS });
  });

  it('brings everything up to date when Slack is back from an outage', async () => {
    const rig = await startRig();
    startPublisher(rig);
    await rig.put('old');
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(1));
    await rig.slack.control('/faults', { method: '*', kind: 'error', forMs: 4_000 });
    for (let version = 1; version <= 5; version += 1) {
      await rig.put('old', { content: { text: `old ${version}`, blocks: [] } });
      await rig.put('new', { content: { text: `new ${version}`, blocks: [] } });
    }
    await eventuallySo(async () => {
      expect((await rig.shown()).map(({ text }) => text)).toEqual(['new 5', 'old 5']);
    });
  });

  it('waits as long as Slack says when it is limited after all', async () => {
    const rates = { ...defaultSeed.limits.rates, posting: { perMinute: 30, burst: 1 } };
    const rig = await startRig({ seed: seedWith({ rates }) });
    const { observed } = startPublisher(rig);
    for (let line = 1; line <= 4; line += 1) await rig.put(`line ${line}`, { priority: 1 });
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(4));
    const limited = observed.filter(({ result }) => result === 'limited');
    expect(limited.length).toBeLessThanOrEqual(3);
    expect(limited.length).toBeGreaterThan(0);
    expect(rig.limited).toHaveLength(limited.length);
    expect(rig.limited[0]).toEqual({ method: 'chat.postMessage', seconds: expect.any(Number) });
    expect(rig.limited.every(({ seconds }) => seconds >= 1)).toBe(true);
  });

  it('is one of two: the other takes over when it goes, and nothing is said twice', async () => {
    const rig = await startRig();
    const [one, other] = [startPublisher(rig), startPublisher(rig)];
    await rig.put('first');
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(1));
    const [active, waiting] = one.posted.length > 0 ? [one, other] : [other, one];
    expect(waiting.posted).toHaveLength(0);
    await active.publisher.stop();
    await rig.put('second');
    await eventuallySo(() => expect(waiting.posted).toMatchObject([{ key: 'second' }]));
    expect(await rig.shown()).toHaveLength(2);
  });

  it('takes over from a process that holds its turn and is not heard of', async () => {
    const rig = await startRig();
    const stopped = new pg.Client({ connectionString: rig.test.url });
    stopped.on('error', () => undefined);
    await stopped.connect();
    await stopped.query(`select pg_advisory_lock(${LOCKS.publisher})`);
    const { posted } = startPublisher(rig);
    await rig.put('op');
    await eventuallySo(() => expect(posted).toMatchObject([{ key: 'op' }]), 30_000);
  });

  it('goes on when PostgreSQL cuts its connection', async () => {
    const rig = await startRig();
    startPublisher(rig);
    await rig.put('before');
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(1));
    await rig.test.database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'slipway-publisher' and datname = current_database()",
    );
    await rig.put('after');
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(2));
  });

  it('says in the record why Slack does not take a message, and goes on with others', async () => {
    const rig = await startRig();
    startPublisher(rig);
    await rig.put('lost', { channelId: 'C0NOWHERE01' });
    await rig.put('op');
    await eventuallySo(async () => expect(await rig.shown()).toHaveLength(1));
    await eventuallySo(async () => {
      const { rows } = await rig.test.database.query(
        "select failure from slipway.publications where key = 'lost'",
      );
      expect(rows).toEqual([{ failure: 'channel_not_found' }]);
    });
  });
});
