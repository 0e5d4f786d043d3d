import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, codeSpansOf, PAGES, slackExchanges } from '../support/documentation.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { isWaiting, openTranscript, readable } from '../support/transcript.ts';
import type { TestPerson } from '../support/workspace.ts';

const PAGE = 'docs/commands.md';
/** A whole command, with nothing left open in it. */
const COMMAND = /^(?:\/(?:deploy|rollback|canary|backup|status)|@slipway)\b[^…]*$/;
const NOT_UNDERSTOOD =
  /There is no (?:service|environment|version|flag|subcommand|word|text|duration|backup) .* here|is missing, and this channel|not a share/;

const conversations = blocksOf(PAGE).filter(({ language }) => language === 'slack');
const named = [...new Set(PAGES.flatMap(codeSpansOf).filter((span) => COMMAND.test(span)))];
/** The page says of it that its version is asked for. */
const ASKS_BACK = '/deploy api staging';

describe('the commands that the docs show', () => {
  let running: RunningBot;
  let ana: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, (config) => {
      Object.assign(config, { channels: { '#deploys': { service: 'api', environment: 'production' } } });
    });
    ana = running.workspace.person('ana');
  });
  afterAll(async () => running.stop());

  it('are answered as the page says', async () => {
    expect(conversations.length).toBeGreaterThan(5);
    const transcript = openTranscript(running.workspace);
    for (const { text } of conversations) {
      for (const exchange of slackExchanges(text)) await transcript.type(exchange);
    }
  }, 300_000);

  /** What is new in the channel after it was typed: an answer, a message, or nothing where a form opens. */
  async function typed(command: string): Promise<string> {
    const seen = new Set((await ana.messages('deploys')).map(({ ts }) => ts));
    if (command.startsWith('@')) await ana.say('deploys', command);
    else await ana.command('deploys', command);
    if (command === '/deploy') return '';
    const answered = async () =>
      (await ana.messages('deploys')).filter(
        (one) => !seen.has(one.ts) && one.user !== ana.id && !isWaiting(one),
      );
    await expect.poll(answered, { message: command }).not.toEqual([]);
    return (await answered()).map(readable).join('\n');
  }

  it('are all understood, wherever they stand', async () => {
    expect(named.length).toBeGreaterThan(50);
    const strange: string[] = [];
    for (const command of named.filter((one) => one !== ASKS_BACK)) {
      const answer = await typed(command);
      if (NOT_UNDERSTOOD.test(answer)) strange.push(`${command}: ${answer}`);
    }
    expect(strange).toEqual([]);
    expect(await typed(ASKS_BACK)).toContain('The version is missing');
  }, 300_000);
});
