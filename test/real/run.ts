/**
 * `npm run test:real [-- NAME…]`: runs the suites that need real backends, all of them without names.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const suites = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !suites.includes(name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. There are: ${suites.join(', ')}.`);
  process.exit(2);
}

const failed = (asked.length > 0 ? asked : suites).filter((name) => !runs(name));
if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function runs(name: string): boolean {
  console.log(`\n== real suite: ${name}`);
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  const own = `test/real/${name}/vitest.config.ts`;
  const config = existsSync(path.join(root, own)) ? own : 'vitest.real.config.ts';
  const args = [vitest, 'run', '--root', root, '--config', config, `test/real/${name}/`];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  return status === 0;
}
