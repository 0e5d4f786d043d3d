import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionAt } from '../../support/files/files-world.ts';
import { lingzhi } from '../../support/files/lingzhi.ts';
import { type LingzhiWorld, startLingzhi } from '../../support/files/lingzhi-world.ts';
import { wholeTree } from '../../support/files/trees.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';

describe('Lingzhi, from typed commands to a real gunicorn on a real host', () => {
  let world: LingzhiWorld;
  let ana: TestPerson;
  let bo: TestPerson;
  beforeAll(async () => {
    world = await startLingzhi();
    ana = world.running.workspace.person('ana');
    bo = world.running.workspace.person('bo');
    await world.releases.publish(
      'v1.1.0',
      lingzhi('v1.1.0', { 'routes/extra.py': 'from flask import Blueprint  # @bp.route\n' }),
    );
    await world.releases.publish('v1.2.0-mute', lingzhi('v1.2.0-mute', { 'services/llm.py': mute }));
    await world.releases.publish('v1.3.0-bare', lingzhi('v1.3.0-bare', { 'app.py': 'app = None\n' }));
    await world.releases.publish('v1.4.0-torn', lingzhi('v1.4.0-torn', { 'routes/torn.py': torn }));
    await world.releases.publish('v2.0.0', lingzhi('v2.0.0'));
  });
  afterAll(() => world?.stop());

  /** Replies that are too short to be worth anything. */
  const mute = "class LLMClient:\n    def reply(self, message):\n        return '早'\n";
  const torn = 'from flask import Blueprint  # @bp.route\ndef (:\n';

  const served = () => versionAt(`${world.gunicorn.url}/api/health`);

  async function ask(text: string, ...words: readonly string[]): Promise<SeenMessage> {
    const before = new Set((await ana.messages('deploys')).map(({ ts }) => ts));
    await ana.command('deploys', text);
    return ana.see(
      'deploys',
      (message) => !before.has(message.ts) && says('Waiting for approval', ...words)(message),
    );
  }

  async function approve({ ts }: SeenMessage, ...words: readonly string[]): Promise<SeenMessage> {
    await bo.react('deploys', ts, 'white_check_mark');
    return bo.see('deploys', (message) => message.ts === ts && says(...words)(message));
  }

  it('shows approvers what becomes of the files, and ships what they approved', async () => {
    const asked = await ask('/deploy v1.1.0', '1 new', '1 modified', '1 deleted', '8 the same');
    expect(wordsOf(asked)).toContain('fits no version');
    expect(wordsOf(asked)).toContain('notes.txt');
    const done = await approve(asked, 'Done');
    expect(wordsOf(done)).toContain('10 files are what was approved');
    expect(await served()).toBe('v1.1.0');
    expect(readFileSync(path.join(world.live, 'lingzhi_ecosystem.db'), 'utf8')).toBe('all the data there is');
    expect(readFileSync(path.join(world.live, 'notes.txt'), 'utf8')).toContain('somebody left');
  });

  it('a deploy whose replies are too short undoes itself, to the last byte', async () => {
    const before = await wholeTree(world.live);
    const failed = await approve(await ask('/deploy v1.2.0-mute'), 'Undone');
    expect(wordsOf(failed)).toContain('reply has a length of 1 (wanted at least 1001)');
    expect(await wholeTree(world.live)).toEqual(before);
    expect(await served()).toBe('v1.1.0');
    expect(readdirSync(path.join(world.live, 'backups'))).toHaveLength(1);
  });

  it.each([
    ['/deploy v1.3.0-bare', 'app.py does not contain “register_blueprint”'],
    ['/deploy v9.9.9', 'v9.9.9'],
  ])('%s is refused before anybody is asked', async (text, reason) => {
    const refused = await ana.ask('deploys', text);
    expect(wordsOf(refused)).toContain(reason);
    expect(wordsOf(refused)).toContain('Nothing was changed');
  });

  it('a program of the config that does not like the new tree stops it before anything is touched', async () => {
    const restarts = await world.gunicorn.restarts();
    const failed = await approve(await ask('/deploy v1.4.0-torn'), 'Undone');
    expect(wordsOf(failed)).toContain('python3 -m compileall');
    expect(await world.gunicorn.restarts()).toBe(restarts);
    expect(await served()).toBe('v1.1.0');
  });

  it('what somebody changes while approval is asked for voids the plan', async () => {
    const asked = await ask('/deploy v2.0.0');
    const file = path.join(world.live, 'static/about.html');
    const before = readFileSync(file);
    writeFileSync(file, 'by hand');
    await approve(asked, 'Void');
    const again = await ask('/deploy v2.0.0', 'Changed by hand since v1.1.0 was deployed: static/about.html');
    await bo.react('deploys', again.ts, 'no_entry');
    writeFileSync(file, before);
  });

  it('says how it is: version, health, backups, disk', async () => {
    const status = wordsOf(await ana.ask('deploys', '/status backend'));
    for (const part of ['v1.1.0', 'Backups: 1 of at most 5']) expect(status).toContain(part);
    expect(status).toMatch(/lingzhi: disk .* GB free; memory .* GB free/);
  });

  it('makes a backup, verifies it, and finds in it what was lost', async () => {
    const database = path.join(world.live, 'lingzhi_ecosystem.db');
    const before = readFileSync(database, 'utf8');
    await ana.command('deploys', '/backup backend production');
    const made = await ana.see('deploys', says('Back up backend in production', 'Done'));
    const [id = ''] = /bk-\w+/.exec(wordsOf(made)) ?? [];
    await ana.command('deploys', `/backup verify ${id}`);
    await ana.see('deploys', says(id, 'Done', 'the same contents'));
    writeFileSync(database, 'lost');
    await ana.command('deploys', `/backup restore ${id}`);
    const asked = await ana.see('deploys', says('Waiting for approval', id));
    await approve(asked, 'Done');
    expect(readFileSync(database, 'utf8')).toBe(before);
    expect(await served()).toBe('v1.1.0');
  });

  it('goes back to what was there before Slipway, with GitHub away', async () => {
    world.releases.failWith(503);
    const asked = await ask('/rollback backend production', '1 deleted', '1 modified');
    await approve(asked, 'Done');
    world.releases.failWith(null);
    expect(await served()).toBe('v1.0.0');
    expect(readdirSync(path.join(world.live, 'routes')).filter((name) => name.endsWith('.py'))).not.toContain(
      'extra.py',
    );
  });

  it('goes to a backup by its name', async () => {
    const [, second = ''] = readdirSync(path.join(world.live, 'backups')).sort();
    await approve(await ask(`/rollback backend production to ${second}`), 'Done');
    expect(await served()).toBe('v1.1.0');
  });

  it('keeps the newest five backups', async () => {
    for (const version of ['v2.0.0', 'v1.1.0', 'v2.0.0', 'v1.1.0']) {
      await approve(await ask(`/deploy ${version}`), 'Done');
    }
    expect(
      readdirSync(path.join(world.live, 'backups')).filter((name) => name.startsWith('backup_')),
    ).toHaveLength(5);
  });
});
