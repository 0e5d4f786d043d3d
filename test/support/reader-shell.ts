import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';
import { freePort, temporaryDirectory } from './processes.ts';

/** The shell of somebody who reads a page and types what it says, in a copy of the project. */
export interface ReaderShell {
  readonly directory: string;
  readonly port: number;
  /** Runs lines as they stand; directory and exported variables last. Rejects with the output if one fails. */
  run(text: string, may?: { readonly fail: boolean }): Promise<string>;
  /** A text of the page with what this reader has in its place. */
  own(text: string): string;
  /** Saves a file in the copy. */
  save(name: string, text: string): void;
  /** What the bot printed that `npm start` began. */
  botOutput(): string;
  stop(): Promise<void>;
}

/** What CI does before everything else; `.ci/run` is held to it by a test. */
export const DONE_BY_CI: readonly string[] = ['npm ci', 'npm test', 'npm run check'];

/**
 * `npm start` goes on behind the next lines, as in a terminal of its own, until the page says to stop the bot. What CI
 * itself begins with is not done again.
 */
const PRELUDE = `
npm() {
  case "npm $*" in
    ${DONE_BY_CI.map((command) => `'${command}'`).join(' | ')}) echo "done by CI: npm $*" ;;
    'npm start') start_bot ;;
    *) command npm "$@" ;;
  esac
}
start_bot() {
  setsid npm start >bot.log 2>&1 </dev/null &
  echo $! >bot.pid
  for _ in $(seq 300); do
    if grep -q 'Slipway ready' bot.log; then cat bot.log; return; fi
    kill -0 "$(cat bot.pid)" 2>/dev/null || break
    sleep 0.2
  done
  cat bot.log
  return 1
}
stop_bot() {
  if [ ! -e bot.pid ]; then return; fi
  kill -TERM -- "-$(cat bot.pid)" 2>/dev/null || true
  for _ in $(seq 100); do
    kill -0 -- "-$(cat bot.pid)" 2>/dev/null || break
    sleep 0.2
  done
  kill -KILL -- "-$(cat bot.pid)" 2>/dev/null || true
  rm -f bot.pid
}
`;

/** Opens one, with ports of its own where a page says 3000 and 4000. `replace` puts in what a reader has of their own. */
export async function openReaderShell(
  env: Readonly<Record<string, string>> = {},
  replace: (text: string) => string = (text) => text,
): Promise<ReaderShell> {
  const temporary = temporaryDirectory();
  const directory = path.join(temporary.path, 'slipway');
  copyProject(directory);
  const [port, playgroundPort] = [await freePort(), await freePort()];
  const own = (text: string) =>
    replace(text)
      .replace(/\b3000\b/g, String(port))
      .replace(/\b4000\b/g, String(playgroundPort));
  const state = path.join(temporary.path, 'exported');
  const prelude = path.join(temporary.path, 'prelude');
  writeFileSync(prelude, PRELUDE);
  writeFileSync(state, `cd '${directory}'\n`);
  const execute = (text: string) => {
    const script = `. '${prelude}'; . '${state}'; trap '{ export -p; echo "cd \\"$PWD\\""; } >${state}' EXIT\nset -e -o pipefail\n${text}\n`;
    const base = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NO_COLOR: '1' };
    const ports = { PORT: String(port), PLAYGROUND_PORT: String(playgroundPort) };
    return bash(script, { ...base, ...ports, ...env });
  };
  const shell: ReaderShell = {
    directory,
    port,
    own,
    run: async (text, may = { fail: false }) => {
      const { code, output } = await execute(own(text).replace(/^# .*\bstop the bot\b.*$/gim, 'stop_bot'));
      if (code !== 0 && !may.fail) throw new Error(`ended with ${code}:\n${text}\n---\n${output}`);
      return output;
    },
    save: (name, text) => {
      mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
      writeFileSync(path.join(directory, name), own(text));
    },
    botOutput: () => readFileSync(path.join(directory, 'bot.log'), 'utf8'),
    stop: async () => {
      await execute(`cd '${directory}'; stop_bot`);
      const data = path.join(directory, '.slipway');
      if (existsSync(data)) await (await startEmbeddedPostgres(data)).stop();
      temporary.remove();
    },
  };
  return shell;
}

function copyProject(directory: string): void {
  mkdirSync(directory);
  for (const name of ['README.md', 'docs', 'package.json', 'package-lock.json']) {
    cpSync(name, path.join(directory, name), { recursive: true });
  }
  for (const name of ['src', 'commands', 'integrations', 'manifests', 'node_modules']) {
    symlinkSync(path.resolve(name), path.join(directory, name));
  }
}

function bash(
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-c', script], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}
