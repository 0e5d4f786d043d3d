/**
 * `npm run test:real [-- NAME…]`: runs the suites that need real backends, all of them without names.
 * Several at a time, for most of what they do is to wait; what one printed is shown when it has ended.
 * @module
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const suites = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** They take longest, and each goes on beside the others, which run in turn. */
const BESIDE = ['kubernetes', 'hosts', 'faults'];
/**
 * They have the machine for themselves: `alerts` asks how fast a storm can be read, and a browser gives up what it
 * loads whenever another suite's containers change the machine's network.
 */
const ALONE = ['browser', 'alerts'];

/**
 * CI's machine is small and busy: a file in which something fails there is run once more, from its beginning, for its
 * tests may tell one story. Not so where processes are killed: what was lost or done twice once is not made good by
 * another try.
 */
const TRIED_ONCE = ['crash', 'replicas'];
const isTriedAgain = (name: string) => process.env.CI !== undefined && !TRIED_ONCE.includes(name);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !suites.includes(name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. There are: ${suites.join(', ')}.`);
  process.exit(2);
}

const wanted = asked.length > 0 ? asked : suites;
const others = wanted.filter((name) => !BESIDE.includes(name) && !ALONE.includes(name));
const beside = BESIDE.map((lane) => inTurn(wanted.filter((name) => name === lane)));
const failed = [
  ...(await Promise.all([...beside, inTurn(others)])).flat(),
  ...(await inTurn(wanted.filter((name) => ALONE.includes(name)))),
];
if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Those that failed. */
async function inTurn(names: readonly string[]): Promise<readonly string[]> {
  const bad: string[] = [];
  for (const name of names) if (!(await runs(name))) bad.push(name);
  return bad;
}

async function runs(name: string): Promise<boolean> {
  const began = Date.now();
  console.log(`== real suite: ${name} …`);
  const first = await run(name, [`test/real/${name}/`], isTriedAgain(name));
  const again = [...first.said.matchAll(/^again: (.+)$/gm)].map(([, file]) => String(file));
  const isGood =
    again.length === 0
      ? first.isGood
      : /^\d+ passed, 0 failed, /m.test(first.said) && (await run(name, again, false)).isGood;
  console.log(`== real suite: ${name}: ${isGood ? 'ok' : 'FAILED'}, ${seconds(began)} s`);
  return isGood;
}

interface Ran {
  readonly isGood: boolean;
  readonly said: string;
}

async function run(name: string, files: readonly string[], areTriedAgain: boolean): Promise<Ran> {
  const own = `test/real/${name}/vitest.config.ts`;
  const config = existsSync(path.join(root, own)) ? own : 'vitest.real.config.ts';
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--root', root, '--config', config, ...files];
  const shown = wanted.length === 1 && !areTriedAgain ? 'inherit' : 'pipe';
  const suite = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', shown, shown],
    env: { ...process.env, FAILED_FILES: areTriedAgain ? 'again' : 'failed' },
  });
  const chunks: Buffer[] = [];
  for (const stream of [suite.stdout, suite.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise((resolve) => suite.once('close', resolve));
  const said = Buffer.concat(chunks);
  process.stdout.write(said);
  return { isGood: status === 0, said: said.toString() };
}

function seconds(since: number): number {
  return Math.round((Date.now() - since) / 1_000);
}
