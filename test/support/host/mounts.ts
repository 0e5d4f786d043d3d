import { spawnSync } from 'node:child_process';

/** As mount(8) does; throws with what it complained. */
export function mount(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount: ${stderr}`);
}
