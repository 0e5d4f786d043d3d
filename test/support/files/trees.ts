import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Everything of a tree that is compared: what a person at a terminal would look at, without Slipway’s code. */
const LISTED = `cd "$1" && find . -type f ! -path './.slipway/*' ! -path '*/__pycache__/*' -printf '%P\\n' | LC_ALL=C sort | xargs -r -d '\\n' sha256sum --`;

/** The digest of what lies there, as the documentation says that it is made. */
export async function treeDigest(directory: string): Promise<string | null> {
  const { stdout } = await run('sh', ['-c', `${LISTED} | sha256sum`, 'sh', directory]);
  const digest = stdout.slice(0, 64);
  return digest === EMPTY ? null : `sha256:${digest}`;
}

/** The SHA-256 of nothing. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Every path with its content and mode, comparable by equality. */
export async function wholeTree(directory: string): Promise<readonly string[]> {
  const { stdout: sums } = await run('sh', ['-c', LISTED, 'sh', directory], { maxBuffer: 64 * 1_048_576 });
  const find = ['.', '!', '-path', './.slipway*', '!', '-path', '*/__pycache__*', '-printf', '%y %m %P %l\n'];
  const { stdout: modes } = await run('find', find, { cwd: directory, maxBuffer: 64 * 1_048_576 });
  return [...sums.split('\n'), ...modes.split('\n')].filter((line) => line !== '').sort();
}
