import { describe, expect, test } from 'vitest';
import { ANA, DEPLOYS, errorOf, seedWith, startBolt, startWorkspace } from './running-workspace.ts';

describe('a slash command over Socket Mode', () => {
  test('reaches the app with what Slack sends, and its acknowledgement is shown to the person only', async () => {
    const slack = await startWorkspace();
    const heard = Promise.withResolvers<Record<string, unknown>>();
    await startBolt(slack, (app) =>
      app.command('/deploy', async ({ command, ack }) => {
        heard.resolve(command);
        await ack('On it.');
      }),
    );
    const call = { channel: DEPLOYS, command: '/deploy', text: 'api v1.1.0 staging' };
    await slack.as('ana').apiCall('chat.command', call);
    expect(await heard.promise).toMatchObject({
      command: '/deploy',
      text: 'api v1.1.0 staging',
      user_id: ANA,
      channel_id: DEPLOYS,
      channel_name: 'deploys',
    });
    const own = await slack.as('ana').conversations.history({ channel: DEPLOYS });
    expect(own.messages?.[0]).toMatchObject({ text: 'On it.', is_ephemeral: true });
    expect((await slack.as('bo').conversations.history({ channel: DEPLOYS })).messages).toEqual([]);
    expect((await slack.bot.conversations.history({ channel: DEPLOYS })).messages).toEqual([]);
  });

  test('fails for the person when no app is connected', async () => {
    const slack = await startWorkspace();
    const call = slack.as('ana').apiCall('chat.command', { channel: DEPLOYS, command: '/deploy' });
    expect(await errorOf(call)).toBe('dispatch_failed');
  });

  test('fails for the person when the app does not acknowledge in time', async () => {
    const slack = await startWorkspace({ seed: seedWith({ acknowledgeMs: 50 }) });
    await startBolt(slack, (app) => app.command('/deploy', async () => undefined));
    const call = slack.as('ana').apiCall('chat.command', { channel: DEPLOYS, command: '/deploy' });
    expect(await errorOf(call)).toBe('operation_timeout');
  });
});
