import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../acceptance/playground-page/stand-in.ts';
import { BO, BOT, DEPLOYS, INCIDENTS } from '../../acceptance/playground-page/workspace.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const DESKTOP = { viewport: { width: 1400, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser: Browser;
let server: StandIn;
/** What the browser complained about: errors of scripts, refusals by the security policy, failed requests. */
let complaints: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
});

afterAll(() => browser.close());

beforeEach(async () => {
  server = await startStandIn(Date.now() / 1000);
  complaints = [];
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await server.close();
  expect(server.refused).toEqual([]);
});

async function open(options: BrowserContextOptions = DESKTOP, hash = ''): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${server.url}/${hash}`);
  await page.getByTestId('message').first().waitFor();
  return page;
}

const operation = (page: Page): Locator =>
  page.getByTestId('message').filter({ hasText: 'Deploy api to production' });

const lastMessage = (page: Page): Locator => page.getByTestId('log').getByTestId('message').last();

async function say(page: Page, typed: string): Promise<void> {
  await page.getByTestId('composer').fill(typed);
  await page.getByTestId('composer').press('Escape');
  await page.getByTestId('composer').press('Enter');
}

const calls = (method: string) => server.calls.filter((call) => call.method === method);

/** Waits until something can be observed, as Playwright's own assertions do. */
async function eventually(check: () => void | Promise<void>): Promise<void> {
  await expect
    .poll(
      async () => {
        try {
          await check();
          return true;
        } catch (error) {
          return String(error);
        }
      },
      { timeout: 10_000 },
    )
    .toBe(true);
}

const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? '';

describe('what one sees', () => {
  test('the channel, its messages and the cloud, without a complaint from the browser', async () => {
    const page = await open();
    await operation(page).waitFor();
    expect(await textOf(operation(page))).toContain('Wait for approval by @bo or @chen');
    expect(await textOf(operation(page))).toContain('0 of 1, by @release-managers');
    expect(await textOf(page.getByTestId('service-api-production'))).toContain('18,231');
    expect(await page.getByTestId('traffic-bar').last().getAttribute('aria-label')).toBe(
      'Traffic: v1.0.0 90 %, v1.4.0-flaky 10 %',
    );
    expect(complaints).toEqual([]);
  });

  test('text that looks like markup is text, and no unsafe link can be followed', async () => {
    const page = await open();
    expect(await textOf(page.getByTestId('log'))).toContain('<script>alert(1)</script> <b>this one</b>');
    await page.getByTestId('channel-incidents').click();
    await page.getByText('DiskFilling resolved').waitFor();
    expect(await page.locator('#root script, #root a[href^="javascript"]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a picture is shown with its description', async () => {
    const page = await open();
    await page.getByTestId('channel-incidents').click();
    const picture = page.getByRole('img', { name: 'Error rate rising to 7 %' });
    await picture.and(page.locator('img')).waitFor();
    expect(await picture.getAttribute('src')).toMatch(/^blob:/);
  });

  test.each([
    ['a desktop', DESKTOP],
    ['a phone', PHONE],
    ['a narrow window', { viewport: { width: 800, height: 700 } }],
  ])('nothing is wider than %s', async (_name, options) => {
    const page = await open(options);
    const width = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(width).toBeLessThanOrEqual(0);
    for (const part of await page.getByTestId('message-content').all()) {
      const over = await part.evaluate((element) => element.scrollWidth - element.clientWidth);
      expect(over, await textOf(part)).toBeLessThanOrEqual(1);
    }
  });
});

describe('writing', () => {
  test('a command is completed by keys and sent as the person one is', async () => {
    const page = await open();
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
    expect(calls('chat.command')).toEqual([
      {
        method: 'chat.command',
        user: 'ana',
        args: { channel: DEPLOYS, command: '/deploy', text: 'api v1.1.0 staging' },
      },
    ]);
  });

  test('arrow up brings back what was sent, newest first', async () => {
    const page = await open();
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
    const page = await open();
    const composer = page.getByTestId('composer');
    await composer.pressSequentially('see @b');
    await composer.press('Enter');
    await composer.press('Shift+Enter');
    await composer.pressSequentially('a < b');
    await composer.press('Enter');
    await lastMessage(page).getByText('a < b').waitFor();
    expect(calls('chat.postMessage')[0]?.args.text).toBe(`see <@${BO}> \na &lt; b`);
  });

  test('a refusal is seen by its addressee only, and can be dismissed', async () => {
    const ana = await open();
    const bo = await open(DESKTOP, '#bo/deploys');
    await say(ana, '/deploy api v1.1.0 prodution');
    const refusal = lastMessage(ana).filter({ hasText: 'Only visible to you' });
    await refusal.getByText('Did you mean').waitFor();
    expect(await bo.getByText('Did you mean').count()).toBe(0);
    await refusal.getByTestId('dismiss').click();
    await refusal.waitFor({ state: 'detached' });
  });

  test('a command that the app does not answer says so once', async () => {
    const page = await open();
    await say(page, '/deploy api slow');
    await page.getByText('failed: the app did not answer in time').waitFor();
    expect(await page.getByText('operation_timeout').count()).toBe(1);
  });

  test('a hint fills the composer, and stays away once hidden', async () => {
    const page = await open();
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
    const page = await open();
    await page.getByTestId('person-bo').click();
    await page.getByPlaceholder('Message #deploys as Bo').waitFor();
    await operation(page).getByTestId('reaction-chip').first().click();
    await eventually(() =>
      expect(calls('reactions.add')).toMatchObject([{ user: 'bo', args: { name: 'white_check_mark' } }]),
    );
    await operation(page).locator('[data-name=white_check_mark][aria-pressed=true]').waitFor();
    await operation(page).getByTestId('reaction-chip').first().click();
    await eventually(() => expect(calls('reactions.remove')).toMatchObject([{ user: 'bo' }]));
  });

  test('is one key, and a reload stays that person', async () => {
    const page = await open();
    await page.keyboard.press('Alt+3');
    await page.getByPlaceholder('Message #deploys as Chen').waitFor();
    await page.reload();
    await page.getByPlaceholder('Message #deploys as Chen').waitFor();
  });

  test('who is called has a badge until one becomes them', async () => {
    const page = await open();
    server.send({
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
    const page = await open();
    const message = { ts: '9999999999.000001', user: BO, text: 'over here' };
    server.send({ type: 'message', channel: INCIDENTS, message });
    await page.getByTestId('channel-incidents').getByTestId('unread').waitFor();
    await page.getByTestId('channel-incidents').click();
    await page.getByText('over here').waitFor();
    expect(await page.getByTestId('unread').count()).toBe(0);
  });
});

describe('acting on a message', () => {
  test('a button sends its action', async () => {
    const page = await open();
    await operation(page).getByRole('button', { name: 'Approve' }).click();
    await eventually(() =>
      expect(calls('blocks.actions')[0]?.args).toMatchObject({
        channel: DEPLOYS,
        actions: [{ type: 'button', block_id: 'decide', action_id: 'approve', value: 'op-17' }],
      }),
    );
  });

  test('a dangerous button asks first', async () => {
    const page = await open();
    await operation(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('confirm').getByText('Nothing was changed yet.').waitFor();
    await page.getByTestId('confirm-deny').click();
    expect(calls('blocks.actions')).toEqual([]);
    await operation(page).getByRole('button', { name: 'Cancel' }).click();
    await page.getByTestId('confirm-accept').click();
    await eventually(() => expect(calls('blocks.actions')).toHaveLength(1));
  });

  test('a menu sends what was chosen', async () => {
    const page = await open();
    await page.getByLabel('Try another version').selectOption('v1.2.0');
    await operation(page).getByTestId('overflow').click();
    await page.getByRole('menuitem', { name: 'Show the plan' }).click();
    await eventually(() => {
      const [select, overflow] = calls('blocks.actions').map(({ args }) => (args.actions as object[])[0]);
      expect(select).toMatchObject({ action_id: 'retry_with', selected_option: { value: 'v1.2.0' } });
      expect(overflow).toMatchObject({ action_id: 'more', selected_option: { value: 'plan' } });
    });
  });

  test('a reaction can be picked from those that matter', async () => {
    const page = await open();
    await operation(page).hover();
    await operation(page).getByTestId('add-reaction').last().click();
    await page.getByTestId('reaction-option-rocket').click();
    await operation(page).locator('[data-name=rocket]').waitFor();
  });

  test('a thread opens beside the channel and takes replies', async () => {
    const page = await open();
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
    const page = await open();
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
    expect(calls('views.submit').at(-1)?.args).toMatchObject({
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
    expect(complaints).toEqual([]);
  });

  test('closes by Escape, and the app is told', async () => {
    const page = await open();
    await say(page, '/deploy');
    await page.getByTestId('modal').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('modal').waitFor({ state: 'detached' });
    await eventually(() => expect(calls('views.close')).toMatchObject([{ args: { view_id: 'V1' } }]));
  });
});

describe('while things move', () => {
  const scrollTop = (page: Page): Promise<number> => page.getByTestId('log').evaluate((log) => log.scrollTop);

  test('new messages come into view when one is at the end', async () => {
    const page = await open();
    for (let index = 0; index < 20; index += 1) {
      const message = { ts: `9999999999.${String(index).padStart(6, '0')}`, user: BO, text: `line ${index}` };
      server.send({ type: 'message', channel: DEPLOYS, message });
    }
    await eventually(async () => {
      const left = await page
        .getByTestId('log')
        .evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
      expect(await page.getByText('line 19').count()).toBe(1);
      expect(left).toBeLessThan(2);
    });
  });

  test('a reader who scrolled up stays there, whatever comes or changes', async () => {
    const page = await open();
    await page.getByTestId('log').evaluate((log) => log.scrollTo(0, 40));
    await page.getByTestId('to-end').waitFor();
    const message = { ts: '9999999999.000001', user: BO, text: 'far below' };
    server.send({ type: 'message', channel: DEPLOYS, message });
    await page.getByText('far below').waitFor({ state: 'attached' });
    expect(await scrollTop(page)).toBe(40);
    await page.getByTestId('to-end').click();
    await page.getByText('far below').waitFor({ state: 'visible' });
  });

  test('an edit takes its place without another message moving', async () => {
    const page = await open();
    const message = { ts: '9999999999.000001', user: BOT, bot_id: 'B', text: 'step 1 of 6' };
    server.send({ type: 'message', channel: DEPLOYS, message });
    await page.getByText('step 1 of 6').waitFor();
    const before = await operation(page).boundingBox();
    server.send({
      type: 'message_changed',
      channel: DEPLOYS,
      message: { ...message, text: 'step 2 of 6', edited: {} },
    });
    await page.getByText('step 2 of 6').waitFor();
    expect(await page.getByText('step 1 of 6').count()).toBe(0);
    expect(await operation(page).boundingBox()).toEqual(before);
  });

  test('the bot being away is said, until it is back', async () => {
    const page = await open();
    server.send({ type: 'presence', app_connected: false });
    await page.getByTestId('banner-disconnected').waitFor();
    server.send({ type: 'presence', app_connected: true });
    await page.getByTestId('banner-disconnected').waitFor({ state: 'detached' });
  });

  test('a connection that was lost comes back with what was missed', async () => {
    const page = await open();
    const reads = calls('conversations.history').length;
    server.disconnect();
    await eventually(() => expect(calls('conversations.history').length).toBeGreaterThan(reads));
    await page.getByTestId('banner-offline').waitFor({ state: 'detached' });
    expect(await operation(page).count()).toBe(1);
  });
});

describe('on a phone', () => {
  test('channels and people are in a drawer, thread and cloud lie over the channel', async () => {
    const page = await open(PHONE);
    expect(await page.getByTestId('person-bo').isVisible()).toBe(false);
    await page.getByTestId('menu').tap();
    await page.getByTestId('person-bo').tap();
    await page.getByPlaceholder('Message #deploys as Bo').waitFor();
    await page.getByTestId('person-bo').waitFor({ state: 'hidden' });
    await operation(page).getByTestId('open-thread').tap();
    await page.getByTestId('thread-pane').getByText('Looking at it now').waitFor();
    await page.getByTestId('close-thread').tap();
    await page.getByTestId('cloud-toggle').tap();
    await page.getByTestId('cloud-panel').getByTestId('try').first().tap();
    await page.getByTestId('cloud-panel').waitFor({ state: 'detached' });
    expect(await page.getByTestId('composer').inputValue()).toBe('/deploy api v1.1.0 staging');
  });
});

describe('the look', () => {
  const background = (page: Page): Promise<unknown> =>
    page.evaluate('getComputedStyle(document.body).backgroundColor');

  test('follows the system, unless one chooses, and remembers the choice', async () => {
    const page = await open({ ...DESKTOP, colorScheme: 'dark' });
    expect(await background(page)).toBe('rgb(20, 25, 28)');
    await page.getByTestId('theme-toggle').click();
    await eventually(async () => expect(await background(page)).toBe('rgb(255, 255, 255)'));
    await page.reload();
    await page.getByTestId('message').first().waitFor();
    expect(await background(page)).toBe('rgb(255, 255, 255)');
  });

  test('the composer is ready to type, and everything is reached by keys', async () => {
    const page = await open();
    await page.keyboard.type('hello');
    expect(await page.getByTestId('composer').inputValue()).toBe('hello');
    const reached = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      reached.add(String(await page.evaluate('document.activeElement?.dataset?.testid ?? ""')));
    }
    expect([...reached]).toEqual(
      expect.arrayContaining([
        'channel-incidents',
        'person-bo',
        'block-button',
        'reaction-chip',
        'open-thread',
        'send',
      ]),
    );
  });
});
