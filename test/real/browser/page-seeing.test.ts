import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { BO, BOT, DEPLOYS } from '../../acceptance/playground-page/workspace.ts';
import { DESKTOP, eventually, operation, PHONE, pageSuite, textOf } from './page-suite.ts';

const suite = pageSuite();

const background = (page: Page): Promise<unknown> =>
  page.evaluate('getComputedStyle(document.body).backgroundColor');

describe('what one sees', () => {
  test('the channel, its messages and the cloud, without a complaint from the browser', async () => {
    const page = await suite.open();
    await operation(page).waitFor();
    expect(await textOf(operation(page))).toContain('Wait for approval by @bo or @chen');
    expect(await textOf(operation(page))).toContain('0 of 1, by @release-managers');
    expect(await textOf(page.getByTestId('service-api-production'))).toContain('18,231');
    expect(await page.getByTestId('traffic-bar').last().getAttribute('aria-label')).toBe(
      'Traffic: v1.0.0 90 %, v1.4.0-flaky 10 %',
    );
    expect(await page.getByText('Opening the playground').count()).toBe(0);
    expect(suite.complaints).toEqual([]);
  });

  test('text that looks like markup is text, and no unsafe link can be followed', async () => {
    const page = await suite.open();
    expect(await textOf(page.getByTestId('log'))).toContain('<script>alert(1)</script> <b>this one</b>');
    await page.getByTestId('channel-incidents').click();
    await page.getByText('DiskFilling resolved').waitFor();
    expect(await page.locator('#root script, #root a[href^="javascript"]').count()).toBe(0);
    expect(suite.complaints).toEqual([]);
  });

  test('a picture is shown with its description', async () => {
    const page = await suite.open();
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
    const page = await suite.open(options);
    const width = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    expect(width).toBeLessThanOrEqual(0);
    for (const part of await page.getByTestId('message-content').all()) {
      const over = await part.evaluate((element) => element.scrollWidth - element.clientWidth);
      expect(over, await textOf(part)).toBeLessThanOrEqual(1);
    }
  });
});

describe('while things move', () => {
  const scrollTop = (page: Page): Promise<number> => page.getByTestId('log').evaluate((log) => log.scrollTop);

  test('new messages come into view when one is at the end', async () => {
    const page = await suite.open();
    for (let index = 0; index < 20; index += 1) {
      const message = { ts: `9999999999.${String(index).padStart(6, '0')}`, user: BO, text: `line ${index}` };
      suite.server.send({ type: 'message', channel: DEPLOYS, message });
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
    const page = await suite.open();
    await page.getByTestId('log').evaluate((log) => log.scrollTo(0, 40));
    await page.getByTestId('to-end').waitFor();
    const message = { ts: '9999999999.000001', user: BO, text: 'far below' };
    suite.server.send({ type: 'message', channel: DEPLOYS, message });
    await page.getByText('far below').waitFor({ state: 'attached' });
    expect(await scrollTop(page)).toBe(40);
    await page.getByTestId('to-end').click();
    await page.getByText('far below').waitFor({ state: 'visible' });
  });

  test('an edit takes its place without another message moving', async () => {
    const page = await suite.open();
    const message = { ts: '9999999999.000001', user: BOT, bot_id: 'B', text: 'step 1 of 6' };
    suite.server.send({ type: 'message', channel: DEPLOYS, message });
    await page.getByText('step 1 of 6').waitFor();
    const before = await operation(page).boundingBox();
    suite.server.send({
      type: 'message_changed',
      channel: DEPLOYS,
      message: { ...message, text: 'step 2 of 6', edited: {} },
    });
    await page.getByText('step 2 of 6').waitFor();
    expect(await page.getByText('step 1 of 6').count()).toBe(0);
    expect(await operation(page).boundingBox()).toEqual(before);
  });

  test('the bot being away is said, until it is back', async () => {
    const page = await suite.open();
    suite.server.send({ type: 'presence', app_connected: false });
    await page.getByTestId('banner-disconnected').waitFor();
    suite.server.send({ type: 'presence', app_connected: true });
    await page.getByTestId('banner-disconnected').waitFor({ state: 'detached' });
  });

  test('a connection that was lost comes back with what was missed', async () => {
    const page = await suite.open();
    const reads = suite.calls('conversations.history').length;
    suite.server.disconnect();
    await eventually(() => expect(suite.calls('conversations.history').length).toBeGreaterThan(reads));
    await page.getByTestId('banner-offline').waitFor({ state: 'detached' });
    expect(await operation(page).count()).toBe(1);
  });
});

describe('when the network changes while the page opens', () => {
  /** Loses requests that a reload makes, as Chromium does with those under way when an address comes or goes. */
  async function reloadLosing(page: Page, address: string, times: number): Promise<void> {
    await page.route(address, (route) => route.abort('internetdisconnected'), { times });
    await page.reload();
  }

  // Twice, for what was lost when it was loaded ahead is asked for again when it is needed.
  test.each([
    ['its first script', '**/page/main.ts', 2],
    ['a script that another needs', '**/page/json.ts', 2],
    ['a library', '**/vendor/preact/hooks.js', 2],
    ['a style', '**/page/styles/0-tokens.css', 1],
  ])('it opens again though %s was lost', async (_name, address, times) => {
    const page = await suite.open();
    const opened: string[] = [];
    page.on('request', (request) => request.isNavigationRequest() && opened.push(request.url()));
    await reloadLosing(page, address, times);
    await eventually(() => expect(opened).toHaveLength(2));
    await operation(page).waitFor();
    expect(await background(page)).toBe('rgb(255, 255, 255)');
  });

  test.each([
    ['the workspace', '**/playground/workspace'],
    ['the user groups', '**/api/usergroups.list'],
  ])('it asks again though %s was lost, and says so', async (_name, address) => {
    const page = await suite.open();
    await reloadLosing(page, address, 1);
    await page.getByText('The playground does not answer. Trying again…').waitFor();
    await operation(page).waitFor();
  });

  test('it says what it does for as long as something does not come', async () => {
    const page = await suite.open();
    await reloadLosing(page, '**/page/app.ts', 6);
    await page.getByText('A part of the playground did not arrive. Opening it again…').waitFor();
    await operation(page).waitFor();
  });
});

describe('on a phone', () => {
  test('channels and people are in a drawer, thread and cloud lie over the channel', async () => {
    const page = await suite.open(PHONE);
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
  test('follows the system, unless one chooses, and remembers the choice', async () => {
    const page = await suite.open({ ...DESKTOP, colorScheme: 'dark' });
    expect(await background(page)).toBe('rgb(20, 25, 28)');
    await page.getByTestId('theme-toggle').click();
    await eventually(async () => expect(await background(page)).toBe('rgb(255, 255, 255)'));
    await page.reload();
    await page.getByTestId('message').first().waitFor();
    expect(await background(page)).toBe('rgb(255, 255, 255)');
  });

  test('the composer is ready to type, and everything is reached by keys', async () => {
    const page = await suite.open();
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
