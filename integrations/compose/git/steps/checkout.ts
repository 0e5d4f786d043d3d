import { runId } from '../../../detached.ts';
import type { StepProgress } from '../../../target.ts';
import { beginWork, followWork, type Work, wasBegun, workHandle } from '../../steps/step.ts';
import type { GitRun } from '../binding.ts';
import { readWorkTree } from '../reading.ts';
import { change, foundName, refuseOthers } from '../release.ts';
import { GIT, gitError } from '../tags.ts';
import { defineAction } from './step.ts';

/** Arguments: commit, a branch or nothing. A branch that still names the commit is checked out by its name. */
const CHECKOUT = `
set -eu
if [ -n "$2" ] && [ "$(git rev-parse -q --verify "refs/heads/$2")" = "$1" ]; then
  exec git checkout --quiet "$2" --
fi
exec git checkout --quiet --detach "$1"
`;

/** Lets the approved commit stand in the work tree. Git itself refuses to overwrite what no commit has. */
export const checkout = defineAction({
  input: change,
  handle: workHandle,
  async start(run, { release, found }): Promise<StepProgress> {
    const work = workOf(run, { id: 'checkout', commit: release.commit, branch: null });
    if (!(await wasBegun(run, work))) {
      refuseOthers(run, await readWorkTree(run.binding, run.context.signal), [found.head]);
    }
    return beginWork(run, work);
  },
  async resume(run, { release }, handle): Promise<StepProgress> {
    const work = workOf(run, { id: 'checkout', commit: release.commit, branch: null });
    const end = await followWork(run, work, handle);
    return end.phase === 'done' ? { phase: 'succeeded', message: `${release.version} is checked out` } : end;
  },
});

/** The same with what stood there before, unless somebody else checked out something since. */
export const checkoutBack = defineAction({
  input: change,
  handle: workHandle,
  async start(run, { release, found }): Promise<StepProgress> {
    const work = workOf(run, { id: 'checkout-back', commit: found.head, branch: found.branch });
    if (!(await wasBegun(run, work))) {
      const reading = await readWorkTree(run.binding, run.context.signal);
      refuseOthers(run, reading, [found.head, release.commit]);
    }
    return beginWork(run, work);
  },
  async resume(run, { found }, handle): Promise<StepProgress> {
    const work = workOf(run, { id: 'checkout-back', commit: found.head, branch: found.branch });
    const end = await followWork(run, work, handle);
    return end.phase === 'done'
      ? { phase: 'succeeded', message: `${foundName(found)} is checked out again` }
      : end;
  },
});

function workOf(
  { binding, context }: GitRun,
  to: { readonly id: string; readonly commit: string; readonly branch: string | null },
): Work {
  const argv = ['sh', '-c', CHECKOUT, 'sh', to.commit, to.branch ?? ''] as const;
  return {
    doing: 'checking it out',
    id: runId(context, to.id),
    command: { argv, directory: binding.config.directory, environment: GIT },
    attempts: 1,
    explain: (_status, output) => gitError(binding.host.name, 'checking it out', output),
  };
}
