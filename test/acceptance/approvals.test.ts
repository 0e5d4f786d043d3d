import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describePlayground } from '../../src/playground/demo-config.ts';
import { connect, pinned, production, shift } from '../contract/playground-cloud/demo.ts';
import { quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../support/watched-operations.ts';
import { type SeenMessage, says, type TestPerson } from '../support/workspace.ts';

const cloudSchema = z.object({
  services: z.array(
    z.looseObject({
      name: z.string(),
      environment: z.string(),
      revisions: z.array(z.looseObject({ name: z.string(), version: z.string(), ready: z.boolean() })),
    }),
  ),
});

describe('approval', () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  let bo: TestPerson;
  let chen: TestPerson;
  let dana: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, (config) => {
      quick(config);
      const { staging } = config.services.api?.environments ?? {};
      if (staging !== undefined)
        staging.approval = { approvers: ['approver'], required: 1, expires: '6s', remind: '4s' };
    });
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
    chen = running.workspace.person('chen');
    dana = running.workspace.person('dana');
  });
  afterAll(async () => {
    await watch.close();
    await running.stop();
  });

  async function question(text: string): Promise<SeenMessage> {
    const id = await watch.begun(() => ana.command('deploys', text));
    return ana.see('deploys', says(id));
  }

  const shown = (asked: SeenMessage, ...words: readonly string[]) =>
    ana.see('deploys', (message) => message.ts === asked.ts && says(...words)(message));
  const reject = async (asked: SeenMessage) => {
    await ana.click('deploys', await shown(asked, 'Cancel'), 'Cancel');
    await watch.until('cancelled');
  };
  /** Reacts, and returns what only this person is told. */
  async function refused(who: TestPerson, asked: SeenMessage): Promise<string> {
    const before = (await who.messages('deploys')).filter((message) => message.is_ephemeral).length;
    await who.react('deploys', asked.ts, 'white_check_mark');
    const told = () => who.messages('deploys').then((all) => all.filter((message) => message.is_ephemeral));
    await expect.poll(async () => (await told()).length, { timeout: 20_000 }).toBeGreaterThan(before);
    return (await told()).map(({ text }) => text).join('\n');
  }

  it('is asked for again before it expires, and withdrawn when nobody answers', async () => {
    const asked = await question('/deploy api v1.1.0 staging');
    await shown(asked, 'Expired', 'Nobody answered in time');
    await expect
      .poll(async () => (await ana.thread('deploys', asked.ts)).some(says('still needs 1 approval')), {
        timeout: 20_000,
      })
      .toBe(true);
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.0.0' });
  });

  it('is asked for anew by the button “Plan again”, as the person who clicks', async () => {
    const expired = await ana.see('deploys', says('Expired'));
    const id = await watch.begun(() => ana.click('deploys', expired, 'Plan again'));
    const anew = await ana.see('deploys', says(id));
    expect(anew.ts).not.toBe(expired.ts);
    await bo.click('deploys', anew, 'Approve');
    await shown(anew, 'Done');
    expect(await running.workspace.serving('api', 'staging')).toMatchObject({ version: 'v1.1.0' });
  });

  it('does not count from guests, deactivated people, the roleless or the requester', async () => {
    const asked = await question('/deploy api v1.1.0 production');
    await running.workspace.lever('people', { id: bo.id, is_restricted: true });
    await running.workspace.lever('people', { id: chen.id, deleted: true });
    // What was known of them before is forgotten after ten seconds at the most.
    await running.killBot();
    await running.startBot();
    expect(await refused(ana, asked)).toContain('your own request');
    expect(await refused(dana, asked)).toContain('role');
    expect(await refused(bo, asked)).toContain('Guests may not');
    await chen.click('deploys', await shown(asked, 'Approve'), 'Approve').catch(() => undefined);
    await shown(asked, 'Approvals: 0 of 1');
    expect((await watch.newest())?.state).toBe('awaiting-approval');
    await running.workspace.lever('people', { id: bo.id, is_restricted: false });
    await running.workspace.lever('people', { id: chen.id, deleted: false });
    await reject(asked);
  });

  it('counts from somebody who was put into the approvers’ user group', async () => {
    await running.workspace.lever('user-groups', { id: 'S0RELEASE01', members: [bo.id, dana.id] });
    await running.killBot();
    await running.startBot();
    const asked = await question('/deploy api v1.1.0 production');
    expect(await refused(chen, asked)).toContain('role');
    await dana.react('deploys', asked.ts, 'white_check_mark');
    await shown(asked, 'Done', dana.id);
    await running.workspace.lever('user-groups', { id: 'S0RELEASE01', members: [bo.id, chen.id] });
  });

  it('is void when the tag is moved to something else', async () => {
    const callsBefore = (await running.workspace.cloudCalls()).length;
    const asked = await question('/deploy api v1.2.0 production');
    await running.workspace.lever('cloud/tags', { repository: 'demo/api', tag: 'v1.2.0', to: 'v1.5.0-slow' });
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await shown(asked, 'Void: the plan changed', 'what the version stands for');
    expect(await running.workspace.changesSince(callsBefore)).toEqual([]);
  });

  it('is void when somebody moves traffic behind our back', async () => {
    const asked = await question('/deploy api v1.2.0 production');
    const { services } = connect((await describePlayground(running.workspace.url)).cloud.run_endpoint);
    await shift(services, production, [pinned(await readyRevision('v1.0.0'), 100)]);
    const callsBefore = (await running.workspace.cloudCalls()).length;
    await bo.react('deploys', asked.ts, 'white_check_mark');
    await shown(asked, 'Void: the plan changed', 'what is serving now');
    expect(await running.workspace.changesSince(callsBefore)).toEqual([]);
    expect(await running.workspace.serving('api', 'production')).toMatchObject({ version: 'v1.0.0' });
  });

  async function readyRevision(version: string): Promise<string> {
    const answer = await fetch(new URL('/playground/cloud', running.workspace.url));
    const { services } = cloudSchema.parse(await answer.json());
    const api = services.find(({ name, environment }) => name === 'api' && environment === 'production');
    const found = api?.revisions.find((revision) => revision.version === version && revision.ready);
    if (found === undefined) throw new Error(`no revision of ${version} is ready`);
    return found.name;
  }

  it('does not come back by a click on a button that is out of date', async () => {
    const asked = await question('/deploy api v1.1.0 production');
    await bo.click('deploys', asked, 'Reject');
    await watch.until('rejected');
    await chen.click('deploys', asked, 'Approve').catch(() => undefined);
    expect((await watch.newest())?.state).toBe('rejected');
    await shown(asked, 'Rejected', bo.id);
  });
});
