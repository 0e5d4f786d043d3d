import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type ShippedProcess, startShipped, temporaryDirectory } from '../../support/processes.ts';

const PICTURES = path.join(import.meta.dirname, '../../../test-results');
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe('a newcomer, in a real browser, with nothing configured', () => {
  const directory = temporaryDirectory();
  let shipped: ShippedProcess;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    mkdirSync(PICTURES, { recursive: true });
    shipped = await startShipped(['start'], {
      env: {
        PORT: String(await freePort()),
        PLAYGROUND_PORT: String(await freePort()),
        SLIPWAY_DATA: directory.path,
        LOG_LEVEL: 'warn',
      },
      ready: 'Slipway ready',
    });
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(shipped.url('Playground'));
  });
  afterAll(async () => {
    await browser.close();
    await shipped.stop();
    directory.remove();
  });

  async function type(text: string): Promise<void> {
    await page.getByTestId('composer').fill(text);
    await page.getByTestId('send').click();
  }

  const messageAbout = (...words: readonly string[]) =>
    words.reduce((found, text) => found.filter({ hasText: text }), page.getByTestId('message')).last();

  it('ships to staging and watches one message come to its end', async () => {
    await page.getByTestId('person-ana').click();
    await type('/deploy api v1.1.0 staging');
    await messageAbout('Deploy api to staging · Done').waitFor({ timeout: 60_000 });
    await page.getByTestId('service-api-staging').filter({ hasText: 'v1.1.0' }).waitFor();
  });

  it('asks for production, becomes an approver, clicks ✅ and sees production move', async () => {
    await type('/deploy api v1.1.0 production');
    const asked = messageAbout('Deploy api to production · Waiting for approval');
    await asked.waitFor({ timeout: 30_000 });
    await page.getByTestId('person-bo').click();
    await asked.locator('[data-testid="reaction-chip"][data-name="white_check_mark"]').click();
    await messageAbout('Deploy api to production · Done').waitFor({ timeout: 60_000 });
    await page.getByTestId('service-api-production').filter({ hasText: 'v1.1.0' }).waitFor();
    await page.screenshot({ path: path.join(PICTURES, 'playground.png') });
  });

  it('sees a flaky version being undone, in the dark and on a phone', async () => {
    await page.getByTestId('person-ana').click();
    await type('/deploy api v1.4.0-flaky staging');
    const undone = messageAbout('v1.4.0-flaky', '· Undone');
    await undone.waitFor({ timeout: 90_000 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: path.join(PICTURES, 'undone-dark.png') });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.reload();
    await undone.waitFor();
    await page.screenshot({ path: path.join(PICTURES, 'undone-phone.png') });
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('opens the form, chooses, and ships', async () => {
    await type('/deploy');
    await page.getByTestId('modal').waitFor();
    await page.getByTestId('input-service').locator('select').selectOption({ label: 'frontend' });
    await page.getByTestId('input-environment').locator('select').selectOption({ label: 'staging' });
    await page.getByTestId('input-version').locator('input').fill('v1.2.0');
    await page.getByRole('option', { name: 'v1.2.0' }).first().click();
    await page.screenshot({ path: path.join(PICTURES, 'form-dark.png') });
    await page.getByTestId('modal-submit').click();
    await messageAbout('Deploy frontend to staging · Done').waitFor({ timeout: 60_000 });
  });
});
