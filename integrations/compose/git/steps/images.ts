import { runId } from '../../../detached.ts';
import type { StepProgress } from '../../../target.ts';
import { composeCommand, runIn } from '../../compose.ts';
import { dockerError } from '../../docker-errors.ts';
import { beginWork, followWork, type Work, wasBegun, workHandle } from '../../steps/step.ts';
import { type GitRun, keptName } from '../binding.ts';
import { keptImage, readWorkTree } from '../reading.ts';
import { type Change, change, refuseOthers } from '../release.ts';
import { type GitService, servicesOf } from '../services.ts';
import { defineAction } from './step.ts';

/** Arguments: pairs of an image and a name for it, “--”, images to have, “--”, a command or nothing. */
const MAKE = `
set -eu
while [ "$1" != -- ]; do docker tag "$1" "$2"; shift 2; done
shift
while [ "$1" != -- ]; do docker image inspect "$1" >/dev/null 2>&1 || docker pull "$1"; shift; done
shift
[ $# -eq 0 ] || exec "$@"
`;

/** Arguments: pairs of an image and a name for it. */
const NAME = `
set -eu
while [ $# -gt 0 ]; do docker tag "$1" "$2"; shift 2; done
`;

/**
 * Makes the images of what is checked out: those that the commit had before, those that its compose file names, and
 * the others by building them. Then they are kept by a name with the commit in it, which is what proves them later.
 */
export const images = defineAction({
  input: change,
  handle: workHandle,
  async start(run, asked): Promise<StepProgress> {
    const begun = await wasBegun(run, { id: idOf(run) });
    return beginWork(run, begun ? pending(run) : await workOf(run, asked));
  },
  async resume(run, asked, handle): Promise<StepProgress> {
    const end = await followWork(run, pending(run), handle);
    if (end.phase !== 'done') return end;
    return keep(run, asked);
  },
});

/** Nothing may have changed in the work tree since it was checked out: what was built is what was approved. */
async function keep(run: GitRun, asked: Change): Promise<StepProgress> {
  const { binding, context } = run;
  refuseOthers(run, await readWorkTree(binding, context.signal), [asked.release.commit]);
  const { commit, version } = asked.release;
  const services = await servicesOf(binding, context.signal);
  const pairs = services
    .filter(({ name }) => binding.config.services.includes(name))
    .flatMap(({ name: service, image }) => [image, keptName(binding, { service, commit })]);
  const end = await runIn(binding, { argv: ['sh', '-c', NAME, 'sh', ...pairs] }, context.signal);
  if (end.status !== 0) throw dockerError(binding.host.name, 'keeping the images', end.complaint);
  return { phase: 'succeeded', message: `the images of ${version} are on ${binding.host.name}` };
}

function idOf({ context }: GitRun): string {
  return runId(context, 'images');
}

/** Work that goes on already: its command is not read again. */
function pending(run: GitRun): Work {
  return { doing: 'making the images', id: idOf(run), command: { argv: ['true'] }, attempts: 1 };
}

async function workOf(run: GitRun, { release }: Change): Promise<Work> {
  const { binding, context } = run;
  const reading = await readWorkTree(binding, context.signal);
  refuseOthers(run, reading, [release.commit]);
  const services = await servicesOf(binding, context.signal);
  const { commit } = release;
  const isKept = ({ name: service }: GitService) => keptImage(binding, reading, { service, commit }) !== null;
  const kept = services.filter(isKept);
  const others = services.filter((one) => !isKept(one));
  const built = others.filter(({ isBuilt }) => isBuilt).map(({ name }) => name);
  const names = kept.flatMap(({ name: service, image }) => [keptName(binding, { service, commit }), image]);
  const wanted = others.filter(({ isBuilt }) => !isBuilt).map(({ image }) => image);
  const build = built.length === 0 ? [] : await composeCommand(binding, ['build', ...built]);
  return {
    ...pending(run),
    command: {
      argv: ['sh', '-c', MAKE, 'sh', ...names, '--', ...wanted, '--', ...build],
      directory: binding.config.directory,
    },
  };
}
