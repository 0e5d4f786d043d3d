import { runId } from '../../../detached.ts';
import { type StepProgress, TargetError } from '../../../target.ts';
import { beginWork, followWork, type Work, wasBegun, workHandle } from '../../steps/step.ts';
import { type GitRun, keptName } from '../binding.ts';
import { readWorkTree } from '../reading.ts';
import { type Change, change, refuseOthers } from '../release.ts';
import { GIT, gitError } from '../tags.ts';
import { defineAction } from './step.ts';

const ATTEMPTS = 4;
const MOVED = 20;

/**
 * Arguments: commit, tag, remote, pairs of an image and the name that it is kept by. A commit that we brought is kept
 * by a reference of ours, whatever becomes of its tag.
 */
const FETCH = `
set -eu
commit=$1; tag=$2; remote=$3; shift 3
while [ $# -gt 0 ]; do docker tag "$1" "$2"; shift 2; done
git update-ref "refs/slipway/$(git rev-parse HEAD)" HEAD
if ! git cat-file -e "$commit^{commit}" 2>/dev/null; then
  git fetch --quiet --no-tags "$remote" "refs/tags/$tag"
  [ "$(git rev-parse 'FETCH_HEAD^{commit}')" = "$commit" ] || exit ${MOVED}
fi
git update-ref "refs/slipway/$commit" "$commit"
`;

/** Brings the approved commit to the host, and lets what runs now keep its images. Nothing is checked out yet. */
export const fetch = defineAction({
  input: change,
  handle: workHandle,
  async start(run, asked): Promise<StepProgress> {
    const work = workOf(run, asked);
    if (!(await wasBegun(run, work))) {
      const reading = await readWorkTree(run.binding, run.context.signal);
      refuseOthers(run, reading, [asked.found.head]);
    }
    return beginWork(run, work);
  },
  async resume(run, asked, handle): Promise<StepProgress> {
    const end = await followWork(run, workOf(run, asked), handle);
    if (end.phase !== 'done') return end;
    return { phase: 'succeeded', message: `${asked.release.version} is on ${run.binding.host.name}` };
  },
});

function workOf({ binding, context }: GitRun, { release, found }: Change): Work {
  const { config, host } = binding;
  const keeps = config.services.flatMap((service) => {
    const [id] = found.images[service] ?? [];
    return id === undefined || !found.proven ? [] : [id, keptName(binding, { service, commit: found.head })];
  });
  const data = [release.commit, release.version, config.remote, ...keeps];
  return {
    doing: `fetching ${release.version}`,
    id: runId(context, 'fetch'),
    command: { argv: ['sh', '-c', FETCH, 'sh', ...data], directory: config.directory, environment: GIT },
    attempts: ATTEMPTS,
    explain: (status, output) =>
      status === MOVED
        ? new TargetError('conflict', `${release.version} names another commit than the approved one by now.`)
        : gitError(host.name, `fetching ${release.version}`, output),
  };
}
