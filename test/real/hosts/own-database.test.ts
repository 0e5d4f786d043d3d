import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DebianPostgres, startDebianPostgres } from '../../support/debian-postgres.ts';
import { documentedShell } from '../../support/documentation.ts';
import { temporaryDirectory } from '../../support/processes.ts';
import { openReaderShell, type ReaderShell } from '../../support/reader-shell.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { wordsOf } from '../../support/workspace.ts';

describe('the bot’s own database, on the operator’s PostgreSQL', () => {
  const directory = temporaryDirectory();
  let postgres: DebianPostgres;
  let running: RunningBot;
  let shell: ReaderShell;
  let before: string;
  let restored: string;
  beforeAll(async () => {
    chmodSync(directory.path, 0o755);
    postgres = await startDebianPostgres(directory.path);
    [before, restored] = [await postgres.database('slipway'), await postgres.database('restored')];
    running = await startBotWithPlayground({ DATABASE_URL: before });
    shell = await openReaderShell({ DATABASE_URL: before, RESTORED_DATABASE_URL: restored });
  });
  afterAll(async () => {
    await shell?.stop();
    await running?.stop();
    await postgres?.stop();
    directory.remove();
  });

  it('is backed up and restored as docs/operating.md says, and the bot goes on with what is in it', async () => {
    const ana = running.workspace.person('ana');
    await ana.ask('deploys', '/deploy lock api staging "trying a backup"');
    const [backup = '', restore = '', ...more] = documentedShell('docs/operating.md', 'hosts');
    expect(more).toEqual([]);
    await shell.run(backup);
    await ana.ask('deploys', '/deploy unlock api staging');
    await running.bot().stop();
    expect(await shell.run(restore)).toMatch(/✓ \d+ lines, all as they were written/);
    await running.startBot({ DATABASE_URL: restored });
    expect(wordsOf(await ana.ask('deploys', '/status why api staging'))).toContain('trying a backup');
  });
});
