import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoConfig, quick } from '../support/demo-config.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { type OperationWatch, watchOperations } from '../support/watched-operations.ts';
import { says, type TestPerson, wordsOf } from '../support/workspace.ts';

/** A backup before each deploy, and a migration that fails. */
function upgrade(config: DemoConfig): void {
  quick(config);
  const production = config.services.api?.environments.production;
  if (production === undefined || !(production.backup instanceof Object)) throw new Error('no backup');
  production.backup = { ...production.backup, before: 'deploy' };
  production.migrate = { job: 'api-migrate-failing' };
}

describe('/backup in the playground', () => {
  let running: RunningBot;
  let watch: OperationWatch;
  let ana: TestPerson;
  let bo: TestPerson;
  beforeAll(async () => {
    running = await startBotWithPlayground({}, upgrade);
    watch = await watchOperations(`${running.directory}/bot`);
    ana = running.workspace.person('ana');
    bo = running.workspace.person('bo');
  });
  afterAll(async () => {
    await watch?.close();
    await running?.stop();
  });

  async function done(id: string) {
    return ana.see('deploys', says(id, 'Done'));
  }

  it('makes one, lists it, verifies it and shows it in /status', async () => {
    const operation = await watch.begun(() => ana.command('deploys', '/backup api production'));
    const backup = operation.replace('op-', 'bk-');
    expect(wordsOf(await done(operation))).toContain(`${backup} is in Cloud SQL`);
    const listed = wordsOf(await ana.ask('deploys', '/backup list'));
    for (const part of [backup, 'not verified yet', '40.0 MB', 'kept until', 'the newest 5']) {
      expect(listed).toContain(part);
    }
    await done(await watch.begun(() => ana.command('deploys', `/backup verify ${backup}`)));
    expect(wordsOf(await ana.ask('deploys', '/backup list api production'))).toMatch(
      new RegExp(`${backup}.*verified`),
    );
    expect(wordsOf(await ana.ask('deploys', '/status api production'))).toContain(
      `Last backup: \`${backup}\``,
    );
  });

  it('knows what is nearest to an id that is not there', async () => {
    const words = wordsOf(await ana.ask('deploys', '/backup restore bk-nonsense'));
    expect(words).toContain('There is no backup `bk-nonsense`');
  });

  it('says plainly that a failed upgrade changed data, and restores it by the button, once approved', async () => {
    const upgraded = await watch.begun(() => ana.command('deploys', '/deploy api v1.1.0 production'));
    const asked = await ana.see('deploys', says(upgraded, 'approve'));
    expect(wordsOf(asked)).toContain('Back up api-production');
    await bo.react('deploys', asked.ts, 'white_check_mark');
    const backup = upgraded.replace('op-', 'bk-');
    const failed = await ana.see('deploys', says(upgraded, 'Undone', `/backup restore ${backup}`));
    expect(wordsOf(failed)).toContain('Data had already been changed');
    const restored = await watch.begun(() => ana.click('deploys', failed, 'Restore the data'));
    const question = await ana.see('deploys', says(restored, backup, 'approve'));
    await bo.react('deploys', question.ts, 'white_check_mark');
    const end = await done(restored);
    expect(wordsOf(end)).toContain(`api-production runs on ${backup}`);
    expect(JSON.stringify(end)).toContain('Undo the restore');
  });
});
