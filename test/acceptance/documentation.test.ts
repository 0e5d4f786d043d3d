import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describePlayground, type PlaygroundDescription } from '../../src/playground/demo-config.ts';
import {
  type Block,
  blocksOf,
  consoleExchanges,
  holds,
  PAGES,
  slackExchanges,
} from '../support/documentation.ts';
import { freePort, type ShippedProcess, startShipped, temporaryDirectory } from '../support/processes.ts';
import { openReaderShell, type ReaderShell } from '../support/reader-shell.ts';
import { openTranscript } from '../support/transcript.ts';
import { openWorkspace } from '../support/workspace.ts';

const RUN = ['sh', 'console', 'slack'];
const INSTALLATION = 'docs/install.md';
/** Its conversations are long, and typed by a test of their own. */
const COMMANDS = 'docs/commands.md';

const isRun = ({ language, mark }: Block) => RUN.includes(language) && mark === null;
const pages = PAGES.filter((page) => page !== COMMANDS && blocksOf(page).some(isRun));

/** Takes every step of a page, as its reader would. `workspaceUrl`: where the playground is that its bot works in. */
async function follow(page: string, shell: ReaderShell, workspaceUrl: () => string): Promise<number> {
  let done = 0;
  let transcript: ReturnType<typeof openTranscript> | null = null;
  for (const block of blocksOf(page)) {
    const { language, mark, text } = block;
    if (language === 'yaml' && mark !== null) shell.save(mark, text);
    if (!isRun(block)) continue;
    done += 1;
    if (language === 'sh') await shell.run(text);
    if (language === 'console') await compare(shell, text);
    if (language === 'slack') {
      transcript ??= openTranscript(await openWorkspace(workspaceUrl()));
      for (const exchange of slackExchanges(text)) await transcript.type(exchange);
    }
  }
  return done;
}

async function compare(shell: ReaderShell, text: string): Promise<void> {
  for (const { typed, answer } of consoleExchanges(text)) {
    const output = await shell.run(typed, { fail: answer?.includes('✗') ?? false });
    if (answer !== null && !holds(output, shell.own(answer))) expect(output, typed).toBe(answer);
  }
}

describe('the docs, followed by a stranger', () => {
  let playground: ShippedProcess;
  let description: PlaygroundDescription;
  const directory = temporaryDirectory();
  beforeAll(async () => {
    playground = await startShipped(['playground'], {
      env: { PLAYGROUND_PORT: String(await freePort()), SLIPWAY_DATA: directory.path },
      ready: 'Playground http',
    });
    description = await describePlayground(playground.url('Playground'));
  });
  afterAll(async () => {
    await playground.stop();
    directory.remove();
  });

  /** What whoever installs it has of their own, in place of what the page has. */
  function ownThings(text: string): string {
    const { bot, cloud, users } = description;
    const ana = users.find(({ name }) => name === 'ana')?.id ?? '';
    return text
      .replaceAll('xoxb-your-bot-token', bot.bot_token)
      .replaceAll('xapp-your-app-token', bot.app_token)
      .replaceAll('U012AB3CD', ana)
      .replaceAll('asia-east1-docker.pkg.dev/shop/images', `${new URL(cloud.registry).host}/demo`)
      .replace(
        /project: shop, region: asia-east1, service: ([\w-]+)/g,
        `project: demo, region: local, service: $1, endpoint: "${cloud.run_endpoint}", plaintext: true`,
      );
  }

  it('is a list of pages that are there to be followed', () => {
    expect(pages).toContain('README.md');
    expect(pages).toContain(INSTALLATION);
  });

  it.each(pages)('%s', async (page) => {
    const installing = page === INSTALLATION;
    const preload = `--import=${path.resolve('test/support/slack-com.ts')} --disable-warning=ExperimentalWarning`;
    const shell = installing
      ? await openReaderShell({ NODE_OPTIONS: preload, SLACK_COM: description.slack_api_url }, ownThings)
      : await openReaderShell();
    const ownPlayground = () => /^Playground (\S+)/m.exec(shell.botOutput())?.[1] ?? '';
    try {
      const done = await follow(page, shell, installing ? () => playground.url('Playground') : ownPlayground);
      expect(done).toBeGreaterThan(0);
    } finally {
      await shell.stop();
    }
  }, 300_000);
});
