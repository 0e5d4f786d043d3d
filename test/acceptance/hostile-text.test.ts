import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../support/watched-operations.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../support/workspace.ts';

const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ['calls on everybody', '<!channel> <!here> @channel <@U0BO0000001>'],
  ['formatting', '`code` *bold* ```block``` > quote ~gone~ <https://evil.example|click>'],
  ['NUL and half a surrogate pair', 'a\u0000b \ud800 c'],
  ['a shell', '; rm -rf / $(reboot) `reboot` && echo | tee'],
  ['SQL', "'); drop table slipway.operations; --"],
  ['right-to-left marks and joiners', '\u202Eevil\u200B\u2066 👨‍👩‍👧‍👦 e\u0301'],
  ['40 kB', 'x'.repeat(40_000)],
  ['JSON and templates', '{"a":1} {{constructor}} $(process.exit()) %s %d'],
];

describe('text that means harm', () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, quick);
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
  });
  afterAll(async () => {
    await watch.close();
    await running.stop();
  });

  /** Nobody is called, and nothing is a link or formatting that the bot did not make itself. */
  function expectHarmless(message: SeenMessage): void {
    const words = wordsOf(message);
    expect(words).not.toMatch(/<!(channel|here|everyone)/);
    expect(words).not.toContain('<https://evil.example');
    expect(words).not.toContain('<@U0BO0000001>');
  }

  it.each(HOSTILE)('is refused as a version and shown as text: %s', async (_name, text) => {
    const before = await watch.count();
    const refusal = await ana.ask('deploys', `/deploy api ${text} staging`);
    expectHarmless(refusal);
    expect(refusal.text.length).toBeLessThan(4_000);
    expect(await watch.count()).toBe(before);
  });

  it.each(HOSTILE)('is shown as text where a mention brings it: %s', async (_name, text) => {
    const root = await ana.say('general', 'look');
    await ana.say('general', `@slipway deploy ${text.slice(0, 3_000)}`, root);
    const answer = async () => (await ana.thread('general', root)).find((message) => message.is_ephemeral);
    await expect.poll(answer, { timeout: 20_000 }).toBeDefined();
    const answered = await answer();
    if (answered !== undefined) expectHarmless(answered);
  });

  it.each(
    HOSTILE.filter(([name]) => name !== '40 kB'),
  )('is a reason like any other, shown as text: %s', async (_name, text) => {
    const { version } = await running.workspace.serving('api', 'staging');
    const next = version === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
    const before = await watch.count();
    const reason = text.replaceAll('"', '');
    await ana.command('deploys', `/deploy api ${next} staging --reason "why ${reason} "`);
    await expect.poll(() => watch.count()).toBe(before + 1);
    const { id } = await watch.until('succeeded');
    expectHarmless(await ana.see('deploys', says(id, 'Done', 'why')));
  });

  it('never reaches the registry or the cloud as anything but a name', async () => {
    await ana.ask('deploys', '/deploy api ../../etc/passwd staging');
    await ana.ask('deploys', '/deploy api v1.1.0?x=1#y staging');
    await ana.ask('deploys', '/rollback api staging to ../v1.0.0');
    expect(await fetch(`${running.url()}/readyz`).then(({ status }) => status)).toBe(200);
  });
});
