import { describe, expect, test } from 'vitest';
import { BO, BOT, DEPLOYS, INCIDENTS } from '../../acceptance/playground-page/workspace.ts';
import { DESKTOP, eventually, lastMessage, operation, pageSuite, say, textOf } from './page-suite.ts';

const suite = pageSuite();

describe('writing', () => {
  test('a command is completed by keys and sent as the person one is', async () => {
    const page = await suite.open();
    const composer = page.getByTestId('composer');
    await composer.pressSequentially('/dep');
    await page.getByTestId('completion').getByText('Ship a version').waitFor();
    await composer.press('Enter');
    expect(await composer.inputValue()).toBe('/deploy ');
    await composer.press('Tab');
    await composer.pressSequentially('v1.1.0 st');
    await composer.press('Tab');
    expect(await composer.inputValue()).toBe('/deploy api v1.1.0 staging ');
    await composer.press('Enter');
    await lastMessage(page).getByText('api v1.1.0 staging').waitFor();
    expect(suite.calls('chat.command')).toEqual([
      {
        method: 'chat.command',
        user: 'ana',
        args: { channel: DEPLOYS, command: '/deploy', text: 'api v1.1.0 staging' },
      },
    ]);
  });

  test('arrow up brings back what was sent, newest first', async () => {
    const page = await suite.open();
    await say(page, 'one');
    await say(page, 'two');
    const composer = page.getByTestId('composer');
    await composer.press('ArrowUp');
    expect(await composer.inputValue()).toBe('two');
    await composer.press('ArrowUp');
    expect(await composer.inputValue()).toBe('one');
    await composer.press('ArrowDown');
    await composer.press('ArrowDown');
    expect(await composer.inputValue()).toBe('');
  });

  test('a message keeps its lines, its mentions reach people, its markup is escaped', async () => {
    const page = await suite.open();
    const composer = page.getByTestId('composer');
    await composer.pressSequentially('see @b');
    await composer.press('Enter');
    await composer.press('Shift+Enter');
    await composer.pressSequentially('a < b');
    await composer.press('Enter');
    await lastMessage(page).getByText('a < b').waitFor();
    expect(suite.calls('chat.postMessage')[0]?.args.text).toBe(`see <@${BO}> \na &lt; b`);
  });

  test('a refusal is seen by its addressee only, and can be dismissed', async () => {
    const ana = await suite.open();
    const bo = await suite.open(DESKTOP, '#bo/deploys');
    await say(ana, '/deploy api v1.1.0 prodution');
    const refusal = lastMessage(ana).filter({ hasText: 'Only visible to you' });
    await refusal.getByText('Did you mean').waitFor();
    expect(await bo.getByText('Did you mean').count()).toBe(0);
    await refusal.getByTestId('dismiss').click();
    await refusal.waitFor({ state: 'detached' });
  });

  test('a command that the app does not answer says so once', async () => {
    const page = await suite.open();
    await say(page, '/deploy api slow');
    await page.getByText('failed: the app did not answer in time').waitFor();
    expect(await page.getByText('operation_timeout').count()).toBe(1);
  });

  test('a command whose answer was lost is not said to be unsent, and can be brought back', async () => {
    const page = await suite.open();
    await page.route('**/api/chat.command', (route) => route.abort('internetdisconnected'));
    await say(page, '/deploy api v1.1.0 staging');
    await page.getByText('may not have arrived: the playground did not answer').waitFor();
    await page.getByTestId('composer').press('ArrowUp');
    expect(await page.getByTestId('composer').inputValue()).toBe('/deploy api v1.1.0 staging');
  });

  test('a hint fills the composer, and stays away once hidden', async () => {
    const page = await suite.open();
    await page.getByTestId('try').first().click();
    expect(await page.getByTestId('composer').inputValue()).toBe('/deploy api v1.1.0 staging');
    await page.getByTestId('hide-hints').click();
    await page.reload();
    await page.getByTestId('message').first().waitFor();
    expect(await page.getByTestId('hint-card').count()).toBe(0);
  });
});

describe('being somebody else', () => {
  test('is one click, and what one does is done by that person', async () => {
    const page = await suite.open();
    await page.getByTestId('person-bo').click();
    await page.getByPlaceholder('Message #deploys as Bo').waitFor();
    await operation(page).getByTestId('reaction-chip').first().click();
    await eventually(() =>
      expect(suite.calls('reactions.add')).toMatchObject([
        { user: 'bo', args: { name: 'white_check_mark' } },
      ]),
    );
    await operation(page).locator('[data-name=white_check_mark][aria-pressed=true]').waitFor();
    await operation(page).getByTestId('reaction-chip').first().click();
    await eventually(() => expect(suite.calls('reactions.remove')).toMatchObject([{ user: 'bo' }]));
  });

  test('is one key, and a reload stays that person', async () => {
    const page = await suite.open();
    await page.keyboard.press('Alt+3');
    await page.getByPlaceholder('Message #deploys as Chen').waitFor();
    await page.reload();
    await page.getByPlaceholder('Message #deploys as Chen').waitFor();
  });

  test('who is called has a badge until one becomes them', async () => {
    const page = await suite.open();
    suite.server.send({
      type: 'message',
      channel: DEPLOYS,
      message: { ts: '9999999999.000001', user: BOT, bot_id: 'B', text: '<!subteam^S0RELEASE> please' },
    });
    await page.getByTestId('waiting-chen').waitFor();
    await page.getByTestId('person-bo').click();
    await page.getByTestId('waiting-bo').waitFor({ state: 'detached' });
    expect(await textOf(page.getByTestId('waiting-chen'))).toBe('1');
  });

  test('messages in another channel leave a dot until one looks', async () => {
    const page = await suite.open();
    const message = { ts: '9999999999.000001', user: BO, text: 'over here' };
    suite.server.send({ type: 'message', channel: INCIDENTS, message });
    await page.getByTestId('channel-incidents').getByTestId('unread').waitFor();
    await page.getByTestId('channel-incidents').click();
    await page.getByText('over here').waitFor();
    expect(await page.getByTestId('unread').count()).toBe(0);
  });
});

describe('acting on a message', () => {
  test('a button sends its action', async () => {
    const page = await suite.open();
    await operation(page).getByRole('button', { name: 'Approve' }).click();
    await eventually(() =>
      expect(suite.calls('blocks.actions')[0]?.args).toMatchObject({
        channel: DEPLOYS,
        actions: [{ type: 'button', block_id: 'decide', action_id: 'approve', value: 'op-17' }],
      }),
    );
  });

  test('a dangerous button asks first', async () => {
    const page = await suite.open();
    await operation(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('confirm').getByText('Nothing was changed yet.').waitFor();
    await page.getByTestId('confirm-deny').click();
    expect(suite.calls('blocks.actions')).toEqual([]);
    await operation(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('confirm-accept').click();
    await eventually(() => expect(suite.calls('blocks.actions')).toHaveLength(1));
  });

  test('a menu sends what was chosen', async () => {
    const page = await suite.open();
    await page.getByLabel('Try another version').selectOption('v1.2.0');
    await operation(page).getByTestId('overflow').click();
    await page.getByRole('menuitem', { name: 'Show the plan' }).click();
    await eventually(() => {
      const [select, overflow] = suite
        .calls('blocks.actions')
        .map(({ args }) => (args.actions as object[])[0]);
      expect(select).toMatchObject({ action_id: 'retry_with', selected_option: { value: 'v1.2.0' } });
      expect(overflow).toMatchObject({ action_id: 'more', selected_option: { value: 'plan' } });
    });
  });

  test('a reaction can be picked from those that matter', async () => {
    const page = await suite.open();
    await operation(page).hover();
    await operation(page).getByTestId('add-reaction').last().click();
    await page.getByTestId('reaction-option-rocket').click();
    await operation(page).locator('[data-name=rocket]').waitFor();
  });

  test('a thread opens beside the channel and takes replies', async () => {
    const page = await suite.open();
    await operation(page).getByTestId('open-thread').click();
    const thread = page.getByTestId('thread-pane');
    await thread.getByText('Looking at it now').waitFor();
    await thread.getByTestId('composer-thread').fill('Thanks');
    await thread.getByTestId('composer-thread').press('Enter');
    await thread.getByText('Thanks').waitFor();
    await operation(page).first().getByText('3 replies').waitFor();
    expect(await page.getByTestId('log').getByText('Thanks').count()).toBe(0);
    await thread.getByTestId('composer-thread').fill('/deploy api');
    await thread.getByTestId('composer-thread').press('Escape');
    await thread.getByTestId('composer-thread').press('Enter');
    await thread.getByText('@slipway deploy api').waitFor();
    await page.getByTestId('close-thread').click();
    await thread.waitFor({ state: 'detached' });
  });
});

describe('a form', () => {
  test('asks for what is missing, suggests, shows what the app objects to, and is sent', async () => {
    const page = await suite.open();
    await say(page, '/deploy');
    const modal = page.getByTestId('modal');
    await modal.getByTestId('modal-submit').click();
    await eventually(async () => expect(await modal.getByTestId('input-error').count()).toBe(3));
    await modal.getByLabel('Environment').selectOption('staging');
    await modal.getByLabel('Version').fill('1.2');
    await modal.getByRole('option', { name: 'v1.2.0' }).click();
    await modal.getByLabel('Reason').fill('because');
    await modal.getByLabel('Dry run').check();
    await modal.getByTestId('modal-submit').click();
    await modal.getByTestId('input-reason').getByText('Say what for').waitFor();
    await modal.getByLabel('Reason').fill('The index');
    await modal.getByTestId('modal-submit').click();
    await modal.waitFor({ state: 'detached' });
    expect(suite.calls('views.submit').at(-1)?.args).toMatchObject({
      view_id: 'V1',
      state: {
        values: {
          environment: { value: { type: 'static_select', selected_option: { value: 'staging' } } },
          version: { value: { type: 'external_select', selected_option: { value: 'v1.2.0' } } },
          reason: { value: { type: 'plain_text_input', value: 'The index' } },
          options: { value: { selected_options: [{ value: 'dry' }] } },
          when: { value: { type: 'datetimepicker', selected_date_time: null } },
        },
      },
    });
    expect(suite.complaints).toEqual([]);
  });

  test('closes by Escape, and the app is told', async () => {
    const page = await suite.open();
    await say(page, '/deploy');
    await page.getByTestId('modal').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('modal').waitFor({ state: 'detached' });
    await eventually(() => expect(suite.calls('views.close')).toMatchObject([{ args: { view_id: 'V1' } }]));
  });
});
