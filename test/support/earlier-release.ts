import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from './processes.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const MIGRATIONS = 'src/store/migrations';

/** The code of an earlier commit, ready to run. */
export interface EarlierRelease {
  readonly commit: string;
  /** Its program, as {@link startShipped} takes it. */
  readonly main: string;
  /** The config that it has for a playground. */
  demoConfig(playgroundUrl: string): string;
  /** Its migrations: their names and what they say. */
  readonly migrations: Readonly<Record<string, string>>;
  remove(): void;
}

/** The commit before this one. */
export function previousCommit(): string {
  return commitOf('HEAD^1');
}

/**
 * The newest commit that has some of this one's migrations and no other: what was renamed or changed on a branch
 * before it came to `main` has run nowhere.
 */
export function commitBeforeNewestMigration(): string {
  const present = migrationsOf('HEAD');
  const changes = git('log', '--full-history', '--format=%H %P', 'HEAD', '--', MIGRATIONS).split(/\s+/);
  const found = changes.find((commit) => {
    const earlier = migrationsOf(commitOf(commit));
    return earlier.size < present.size && [...earlier].every((one) => present.has(one));
  });
  if (found === undefined)
    throw new Error('No earlier commit has migrations that are all unchanged in this one.');
  return found;
}

/** Names and contents. */
function migrationsOf(commit: string): ReadonlySet<string> {
  return new Set(git('ls-tree', '-r', commit, '--', MIGRATIONS).split('\n'));
}

/** What is in the present code, by the same names. */
export function presentMigrations(): Readonly<Record<string, string>> {
  return migrationsIn(ROOT);
}

/** Unpacks a commit beside the present code. */
export function checkOut(commit: string): EarlierRelease {
  const directory = temporaryDirectory();
  const archive = path.join(directory.path, 'code.tar');
  const root = path.join(directory.path, 'code');
  mkdirSync(root);
  git('archive', '--format=tar', '-o', archive, commit);
  execFileSync('tar', ['-xf', archive, '-C', root]);
  installDependencies(root);
  return {
    commit,
    main: path.join(root, 'src/main.ts'),
    demoConfig: (playgroundUrl) => demoConfigOf(root, playgroundUrl),
    migrations: migrationsIn(root),
    remove: () => directory.remove(),
  };
}

/** Those of the present code where they are the same. */
function installDependencies(root: string): void {
  const lock = (where: string) => readFileSync(path.join(where, 'package-lock.json'), 'utf8');
  if (lock(root) === lock(ROOT))
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  else execFileSync('npm', ['ci', '--prefer-offline'], { cwd: root, stdio: 'ignore' });
}

function demoConfigOf(root: string, playgroundUrl: string): string {
  const script = `
    import { demoConfig, describePlayground } from './src/playground/demo-config.ts';
    process.stdout.write(demoConfig(await describePlayground(${JSON.stringify(playgroundUrl)})));`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
  return execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

function migrationsIn(root: string): Readonly<Record<string, string>> {
  const directory = path.join(root, MIGRATIONS);
  const names = readdirSync(directory).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]));
}

function commitOf(revision: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`);
  } catch (cause) {
    const remedy = 'It upgrades from earlier commits: fetch the whole history (git fetch --unshallow).';
    throw new Error(`This clone does not have ${revision}. ${remedy}`, { cause });
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
