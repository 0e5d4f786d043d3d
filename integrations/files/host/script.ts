import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Host, type HostCommand, OUT_OF_TIME } from '../../host.ts';
import { TargetError } from '../../target.ts';

const TREE = readFileSync(path.join(import.meta.dirname, 'tree.sh'), 'utf8');

export type Verb =
  | 'scan'
  | 'inventory'
  | 'stage'
  | 'whole'
  | 'backup'
  | 'swap'
  | 'restore'
  | 'discard'
  | 'tidy';

/** The command that does something to a tree on its host. */
export function treeCommand(
  verb: Verb,
  directory: string,
  ...data: readonly string[]
): readonly [string, ...string[]] {
  return ['sh', '-c', TREE, 'sh', verb, directory, ...data];
}

/** How the script ends when somebody else changed the tree, and when there is none. */
const CONFLICT = 65;
const NO_TREE = 66;

/** Throws what a status of the script means; `said` is what it printed. */
export function checkStatus(host: Host, status: number, said: string): void {
  if (status === 0) return;
  const words = said.trim().split('\n').slice(-6).join(', ').replace(/:, /g, ': ');
  if (status === CONFLICT) {
    throw new TargetError(
      'conflict',
      `On ${host.name}, ${words.replace(/^somebody/, 'somebody')}. It is left as it is.`,
    );
  }
  if (status === NO_TREE) throw new TargetError('not-found', `There is no such directory on ${host.name}.`);
  if (status === OUT_OF_TIME) throw new TargetError('timeout', `${host.name} did not do it in time.`);
  if (/no space left|disk quota exceeded/i.test(said)) {
    throw new TargetError('invalid', `The disk of ${host.name} is full: ${words}`);
  }
  if (/permission denied|operation not permitted|read-only file system/i.test(said)) {
    throw new TargetError('permission', `The account of Slipway on ${host.name} may not do this: ${words}`);
  }
  throw new TargetError(
    'invalid',
    `${host.name} could not do it (status ${status}): ${words || 'it said nothing'}`,
  );
}

/** Runs the script to its end, and gives what it printed. */
export async function runTree(
  host: Host,
  request: Omit<HostCommand, 'argv'> & { readonly argv: readonly [string, ...string[]] },
  signal?: AbortSignal,
): Promise<string> {
  const { status, output, complaint } = await host.run(request, signal);
  checkStatus(host, status, `${output}\n${complaint}`);
  return output;
}
