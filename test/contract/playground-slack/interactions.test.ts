import type { View } from '@slack/web-api';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../unit/playground/slack/manual-clock.ts';
import { ANA, BO, DEPLOYS, errorOf, eventually, startBolt, startWorkspace } from './running-workspace.ts';
import { watch } from './screen.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const versions = ['v1.0.0', 'v1.1.0'].map((value) => ({ text: plain(value), value }));

const QUESTION = {
  channel: DEPLOYS,
  text: 'Approve?',
  blocks: [
    {
      type: 'actions' as const,
      block_id: 'decision',
      elements: [
        { type: 'button' as const, action_id: 'approve', text: plain('Approve'), value: 'plan-1' },
        { type: 'static_select' as const, action_id: 'version', options: versions },
      ],
    },
  ],
};

const FORM: View = {
  type: 'modal',
  callback_id: 'deploy',
  private_metadata: 'C1',
  title: plain('Deploy'),
  submit: plain('Plan'),
  notify_on_close: true,
  blocks: [
    {
      type: 'input',
      block_id: 'version',
      label: plain('Version'),
      element: { type: 'static_select', action_id: 'pick', options: versions },
    },
    {
      type: 'input',
      block_id: 'reason',
      label: plain('Reason'),
      element: { type: 'plain_text_input', action_id: 'text', initial_value: 'because' },
    },
    {
      type: 'input',
      block_id: 'owner',
      optional: true,
      label: plain('Owner'),
      element: { type: 'external_select', action_id: 'find' },
    },
  ],
};

const CLICK = { block_id: 'decision', action_id: 'approve', type: 'button', value: 'forged' };
const PICKED = { version: { pick: { selected_option: versions[1] } } };

describe('a button', () => {
  test('tells the app who clicked what on which message, with the button’s own value', async () => {
    const slack = await startWorkspace();
    const heard = Promise.withResolvers<unknown>();
    await startBolt(slack, (app) =>
      app.action('approve', async ({ body, ack }) => {
        await ack();
        heard.resolve(body);
      }),
    );
    const { ts } = await slack.bot.chat.postMessage(QUESTION);
    await slack.as('bo').apiCall('blocks.actions', { channel: DEPLOYS, message_ts: ts, actions: [CLICK] });
    expect(await heard.promise).toMatchObject({
      type: 'block_actions',
      user: { id: BO, username: 'bo' },
      channel: { id: DEPLOYS, name: 'deploys' },
      container: { type: 'message', message_ts: ts, is_ephemeral: false },
      message: { ts, text: 'Approve?' },
      actions: [{ action_id: 'approve', block_id: 'decision', value: 'plan-1', text: { text: 'Approve' } }],
    });
  });

  test('that is not there, or an option that is not listed, cannot be chosen', async () => {
    const slack = await startWorkspace();
    await startBolt(slack, () => undefined);
    const { ts } = await slack.bot.chat.postMessage(QUESTION);
    const act = (action: object) =>
      errorOf(
        slack.as('bo').apiCall('blocks.actions', { channel: DEPLOYS, message_ts: ts, actions: [action] }),
      );
    expect(await act({ ...CLICK, action_id: 'deny' })).toBe('action_not_found');
    const forged = { value: 'v9.9.9', text: plain('v9.9.9') };
    const action = { block_id: 'decision', action_id: 'version', selected_option: forged };
    expect(await act(action)).toBe('invalid_arguments');
  });

  test('on an ephemeral message is there for its addressee only', async () => {
    const slack = await startWorkspace();
    await startBolt(slack, (app) =>
      app.action('approve', async ({ ack, respond }) => {
        await ack();
        await respond({ delete_original: true });
      }),
    );
    const { message_ts } = await slack.bot.chat.postEphemeral({ ...QUESTION, user: ANA });
    const click = { channel: DEPLOYS, message_ts, actions: [CLICK] };
    expect(await errorOf(slack.as('bo').apiCall('blocks.actions', click))).toBe('message_not_found');
    const screen = await watch(slack, 'ana');
    await slack.as('ana').apiCall('blocks.actions', click);
    await eventually(() =>
      expect(screen.events).toContainEqual({ type: 'ephemeral_deleted', channel: DEPLOYS, ts: message_ts }),
    );
  });
});

describe('a modal', () => {
  test('opens by trigger, comes back with what was entered, and closes when acknowledged', async () => {
    const slack = await startWorkspace();
    const heard = Promise.withResolvers<Record<string, unknown>>();
    await startBolt(slack, (app) => {
      app.command('/deploy', async ({ ack, body, client }) => {
        await ack();
        await client.views.open({ trigger_id: body.trigger_id, view: FORM });
      });
      app.view('deploy', async ({ ack, view }) => {
        await ack();
        heard.resolve({ ...view.state.values, private_metadata: view.private_metadata });
      });
    });
    const screen = await watch(slack, 'ana');
    await slack.as('ana').apiCall('chat.command', { channel: DEPLOYS, command: '/deploy' });
    const { view } = await screen.next('view_opened');
    const submission = { view_id: view.id, state: { values: PICKED } };
    expect(await slack.as('ana').apiCall('views.submit', submission)).toMatchObject({ ok: true });
    expect(await heard.promise).toEqual({
      private_metadata: 'C1',
      version: { pick: { type: 'static_select', selected_option: versions[1] } },
      reason: { text: { type: 'plain_text_input', value: 'because' } },
      owner: { find: { type: 'external_select', selected_option: null } },
    });
    expect(await screen.next('view_closed')).toMatchObject({ view: { id: view.id } });
  });

  test('shows the errors of the app and of empty required inputs, and stays open', async () => {
    const slack = await startWorkspace();
    await startBolt(slack, (app) =>
      app.view('deploy', async ({ ack }) =>
        ack({ response_action: 'errors', errors: { version: 'No such version.' } }),
      ),
    );
    const view_id = await open(slack);
    const ana = slack.as('ana');
    expect(await ana.apiCall('views.submit', { view_id })).toMatchObject({
      response_action: 'errors',
      errors: { version: 'Please complete this required field.' },
    });
    expect(await ana.apiCall('views.submit', { view_id, state: { values: PICKED } })).toMatchObject({
      response_action: 'errors',
      errors: { version: 'No such version.' },
    });
    expect(slack.workspace.store.views.get(view_id)).toBeDefined();
  });

  test('is replaced, covered or cleared as the app answers', async () => {
    const slack = await startWorkspace();
    const answers = [
      { response_action: 'update' as const, view: { ...FORM, title: plain('Updated') } },
      { response_action: 'push' as const, view: { ...FORM, title: plain('Pushed') } },
      { response_action: 'clear' as const },
    ];
    await startBolt(slack, (app) =>
      app.view('deploy', async ({ ack }) => {
        const answer = answers.shift();
        if (answer) await ack(answer);
      }),
    );
    const view_id = await open(slack);
    const state = { values: PICKED };
    const submit = (id: unknown) => slack.as('ana').apiCall('views.submit', { view_id: id, state });
    expect(await submit(view_id)).toMatchObject({ view: { id: view_id, title: { text: 'Updated' } } });
    const pushed = await submit(view_id);
    expect(pushed).toMatchObject({ view: { title: { text: 'Pushed' }, previous_view_id: view_id } });
    expect(slack.workspace.store.views.all()).toHaveLength(2);
    const [, top] = slack.workspace.store.views.all();
    expect(await submit(top?.id)).toMatchObject({ response_action: 'clear' });
    expect(slack.workspace.store.views.all()).toEqual([]);
  });

  test('tells the app when it was closed without submitting', async () => {
    const slack = await startWorkspace();
    const closed = Promise.withResolvers<string>();
    await startBolt(slack, (app) =>
      app.view({ callback_id: 'deploy', type: 'view_closed' }, async ({ ack, view }) => {
        await ack();
        closed.resolve(view.id);
      }),
    );
    const view_id = await open(slack);
    await slack.as('ana').apiCall('views.close', { view_id });
    expect(await closed.promise).toBe(view_id);
  });

  test('completes what is typed into an external select by the app’s options', async () => {
    const slack = await startWorkspace();
    await startBolt(slack, (app) =>
      app.options('find', async ({ ack, options }) =>
        ack({ options: [{ text: plain(options.value), value: options.value }] }),
      ),
    );
    const view_id = await open(slack);
    const typing = { view_id, block_id: 'owner', action_id: 'find', value: 'bo' };
    expect(await slack.as('ana').apiCall('blocks.suggestions', typing)).toMatchObject({
      options: [{ value: 'bo' }],
    });
  });

  test('does not open by a trigger that is over, used or made up', async () => {
    const clock = new ManualClock();
    const slack = await startWorkspace({ clock });
    const { triggers } = slack.workspace;
    const trigger = triggers.issue({ user: ANA, view: null });
    const openBy = (trigger_id: string) => errorOf(slack.bot.views.open({ trigger_id, view: FORM }));
    expect(await openBy('1.2.3')).toBe('invalid_trigger_id');
    expect(await openBy(trigger)).toBe('no error');
    expect(await openBy(trigger)).toBe('exchanged_trigger_id');
    const late = triggers.issue({ user: ANA, view: null });
    clock.advance(3001);
    expect(await openBy(late)).toBe('expired_trigger_id');
  });

  test('is updated only from the state that the app knows, and belongs to one person', async () => {
    const slack = await startWorkspace();
    await startBolt(slack, () => undefined);
    const view_id = await open(slack);
    const update = slack.bot.views.update({ view_id, hash: 'old', view: FORM });
    expect(await errorOf(update)).toBe('hash_conflict');
    expect(await errorOf(slack.as('bo').apiCall('views.submit', { view_id }))).toBe('view_not_found');
  });

  test('with an invalid part is refused with a pointer to it', async () => {
    const slack = await startWorkspace();
    const trigger_id = slack.workspace.triggers.issue({ user: ANA, view: null });
    const view = { ...FORM, title: plain('A title that is far too long for a modal') };
    const refused = await slack.bot.views.open({ trigger_id, view }).catch((error) => error.data);
    expect(refused).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: {
        messages: ['[ERROR] must be less than 25 characters [json-pointer:/view/title/text]'],
      },
    });
  });
});

/** Opens the form on Ana's screen. */
async function open(slack: Awaited<ReturnType<typeof startWorkspace>>): Promise<string> {
  const trigger_id = slack.workspace.triggers.issue({ user: ANA, view: null });
  const { view } = await slack.bot.views.open({ trigger_id, view: FORM });
  return view?.id ?? '';
}
