import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionAt } from '../../support/files/files-world.ts';
import { lingzhi } from '../../support/files/lingzhi.ts';
import { type LingzhiWorld, startLingzhi } from '../../support/files/lingzhi-world.ts';
import { wholeTree } from '../../support/files/trees.ts';
import { says, type TestPerson } from '../../support/workspace.ts';

const run = promisify(execFile);

/** Cuts of the connection, at random moments of deploys, and kills of the bot. */
const CUTS = 30;
const DEPLOYS = 5;
const KILLS = 4;

/** One seed for the run, printed, so that a failure can be repeated. */
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

describe(`files when things go wrong (CRASH_SEED=${seed})`, () => {
  let world: LingzhiWorld;
  let ana: TestPerson;
  let bo: TestPerson;
  const trees = new Map<string, readonly string[]>();
  const random = randomFrom(seed);

  beforeAll(async () => {
    world = await startLingzhi();
    ana = world.running.workspace.person('ana');
    bo = world.running.workspace.person('bo');
    for (const version of ['v1.1.0', 'v1.2.0']) {
      await world.releases.publish(version, lingzhi(version, manyFiles(version)));
      await deployed(version);
      trees.set(version, codeOf(await wholeTree(world.live)));
    }
  });
  afterAll(() => world?.stop());

  /** Types and approves a deploy; the time of its message. */
  async function begun(version: string): Promise<string> {
    const before = new Set((await ana.messages('deploys')).map(({ ts }) => ts));
    await ana.command('deploys', `/deploy ${version}`);
    const { ts } = await ana.see(
      'deploys',
      (message) => !before.has(message.ts) && says('Waiting for approval', version)(message),
    );
    await bo.react('deploys', ts, 'white_check_mark');
    return ts;
  }

  async function ended(ts: string): Promise<void> {
    await bo.see(
      'deploys',
      (message) => message.ts === ts && says('Done', 'files are what was approved')(message),
    );
  }

  async function deployed(version: string): Promise<void> {
    await ended(await begun(version));
  }

  async function expectWhole(version: string): Promise<void> {
    expect(await versionAt(`${world.gunicorn.url}/api/health`)).toBe(version);
    expect(codeOf(await wholeTree(world.live))).toEqual(trees.get(version));
  }

  it(`ends right after ${CUTS} cuts of the connection`, { timeout: 900_000 }, async () => {
    let cuts = 0;
    for (let n = 0; n < DEPLOYS || cuts < CUTS; n += 1) {
      const version = n % 2 === 0 ? 'v1.1.0' : 'v1.2.0';
      const restarts = await world.gunicorn.restarts();
      const ts = await begun(version);
      for (let cut = 0; cut < CUTS / DEPLOYS; cut += 1) {
        await delay(random() * 900);
        if ((await world.host.cut()) > 0) cuts += 1;
      }
      await ended(ts);
      await expectWhole(version);
      expect((await world.gunicorn.restarts()) - restarts).toBe(1);
    }
    console.log(`${cuts} cuts`);
  });

  it(`ends right after ${KILLS} kills of the bot`, { timeout: 900_000 }, async () => {
    for (let n = 0; n < KILLS; n += 1) {
      const version =
        (await versionAt(`${world.gunicorn.url}/api/health`)) === 'v1.2.0' ? 'v1.1.0' : 'v1.2.0';
      const restarts = await world.gunicorn.restarts();
      const ts = await begun(version);
      await delay(random() * 3_000);
      await world.running.killBot();
      await world.running.startBot();
      await ended(ts);
      await expectWhole(version);
      expect((await world.gunicorn.restarts()) - restarts).toBe(1);
    }
  });

  it('a script that is killed in the middle of a swap goes on where it was', {
    timeout: 300_000,
  }, async () => {
    let kills = 0;
    for (let n = 0; n < 3; n += 1) {
      const version =
        (await versionAt(`${world.gunicorn.url}/api/health`)) === 'v1.2.0' ? 'v1.1.0' : 'v1.2.0';
      const ts = await begun(version);
      kills += await killedSwap(world.live);
      await ended(ts);
      await expectWhole(version);
    }
    expect(kills).toBeGreaterThan(0);
  });
});

/** Enough files in enough directories that a swap takes a while. */
function manyFiles(version: string): Readonly<Record<string, string>> {
  const names = Array.from({ length: 300 }, (_, n) => `static/pages/${n % 60}/page-${n}.html`);
  return Object.fromEntries(names.map((name) => [name, `<p>${version} ${name}</p>\n`]));
}

/** What a deploy decides: the paths of data, logs and backups are the same throughout, or none of its business. */
function codeOf(tree: readonly string[]): readonly string[] {
  return tree.filter((line) => !line.includes('backups'));
}

/**
 * Waits until files are taking their places, and kills whoever moves them: how often it did, once or never, if they were
 * all in place before.
 */
async function killedSwap(live: string): Promise<number> {
  const operations = path.join(live, '.slipway/operations');
  const swapped = () =>
    readdirSync(operations).filter((name) => existsSync(path.join(operations, name, 'swapped')));
  const before = new Set(swapped());
  while (swapped().every((name) => before.has(name))) {
    const newest = readdirSync(operations).find((name) => isSwapping(path.join(operations, name)));
    if (newest !== undefined) {
      const { stdout } = await run('pgrep', ['-f', `sh swap ${live} ${operations}/${newest}`]).catch(() => ({
        stdout: '',
      }));
      for (const pid of stdout.split('\n').filter((line) => line !== '')) kill(Number(pid));
      if (stdout !== '') return 1;
    }
    await delay(2);
  }
  return 0;
}

function isSwapping(operation: string): boolean {
  try {
    const names = new Set(readdirSync(operation));
    return names.has('swapping') && !names.has('swapped');
  } catch {
    // It has been tidied away meanwhile.
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}

/** mulberry32: small, and the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
