/** @module The page in a real Chromium, served by the stand-in: what each browser suite begins with. */
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type StandIn, startStandIn } from '../../acceptance/playground-page/stand-in.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export const DESKTOP = { viewport: { width: 1400, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

export interface PageSuite {
  readonly server: StandIn;
  /** What the browser complained about: errors of scripts, refusals by the security policy, failed requests. */
  readonly complaints: readonly string[];
  /** The page without animations, once it shows messages. `hash` says who and where, as `#bo/deploys`. */
  readonly open: (options?: BrowserContextOptions, hash?: string) => Promise<Page>;
  /** The Web API calls of one method so far. */
  readonly calls: (method: string) => StandIn['calls'];
}

/** Starts a browser for the file and a stand-in for each test; fails a test that made the stand-in refuse. */
export function pageSuite(): PageSuite {
  const running: { browser?: Browser; server?: StandIn; complaints: string[] } = { complaints: [] };
  const server = (): StandIn => present(running.server);
  beforeAll(async () => {
    running.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  });
  afterAll(() => running.browser?.close());
  beforeEach(async () => {
    running.server = await startStandIn(Date.now() / 1000);
    running.complaints = [];
  });
  afterEach(async () => {
    for (const context of present(running.browser).contexts()) await context.close();
    await server().close();
    expect(server().refused).toEqual([]);
  });
  return {
    get server() {
      return server();
    },
    get complaints() {
      return running.complaints;
    },
    open: async (options = DESKTOP, hash = '') => {
      const context = await present(running.browser).newContext({ reducedMotion: 'reduce', ...options });
      const page = await context.newPage();
      listen(page, running.complaints);
      await page.goto(`${server().url}/${hash}`);
      await page.getByTestId('message').first().waitFor();
      return page;
    },
    calls: (method) => server().calls.filter((call) => call.method === method),
  };
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the suite has not started');
  return value;
}

function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

export const operation = (page: Page): Locator =>
  page.getByTestId('message').filter({ hasText: 'Deploy api to production' });

export const lastMessage = (page: Page): Locator => page.getByTestId('log').getByTestId('message').last();

export const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? '';

/** Types into the channel's composer and sends it, whatever completion offers. */
export async function say(page: Page, typed: string): Promise<void> {
  await page.getByTestId('composer').fill(typed);
  await page.getByTestId('composer').press('Escape');
  await page.getByTestId('composer').press('Enter');
}

/** Waits until something can be observed, as Playwright's own assertions do. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  const attempt = async (): Promise<string> => {
    try {
      await check();
      return 'observed';
    } catch (error) {
      return String(error);
    }
  };
  await expect.poll(attempt, { timeout: 10_000 }).toBe('observed');
}
