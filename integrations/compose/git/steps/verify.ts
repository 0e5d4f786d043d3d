import { z } from 'zod';
import { storedChecks } from '../../../checks.ts';
import type { StepProgress } from '../../../target.ts';
import { watched, watchHandle } from '../../../watching.ts';
import { ailment } from '../../inspect.ts';
import { failure } from '../../steps/step.ts';
import { SETTLE, withChecks } from '../../steps/verify.ts';
import { type GitRun, shortCommit } from '../binding.ts';
import { changesOf } from '../inspect.ts';
import { type GitReading, keptImage, readGitProject, strayed } from '../reading.ts';
import { type Release, release } from '../release.ts';
import { defineAction, defineLook } from './step.ts';

const input = z.object({ release, checks: storedChecks });
type Input = z.output<typeof input>;

/** Proves that the approved commit is checked out and that what runs was made from it, then makes the checks. */
export const verify = defineLook(input, (run, asked) => proven(run, asked, SETTLE));

const watchInput = input.extend({
  /** Milliseconds. */
  duration: z.number(),
});

const LOOK_AGAIN = 1_000;

/** Keeps proving it for a while. */
export const watch = defineAction({
  input: watchInput,
  handle: watchHandle,
  start: (run, asked) => look(run, asked, run.binding.now()),
  resume: (run, asked, { since }) => look(run, asked, since),
});

async function look(run: GitRun, asked: z.output<typeof watchInput>, since: number): Promise<StepProgress> {
  const proof = await proven(run, asked, 0);
  const { duration } = asked;
  return watched(proof, { since, now: run.binding.now(), duration, lookAgainAfter: LOOK_AGAIN });
}

async function proven(run: GitRun, { release, checks }: Input, settle: number): Promise<StepProgress> {
  const reading = await readGitProject(run.binding, run.context.signal);
  const wrong = wrongTree(reading, release) ?? wrongContainers(run, reading, release);
  if (wrong !== null) return wrong;
  const serving = `${release.version} (${shortCommit(release.commit)}) is checked out and runs`;
  return withChecks(run, { containers: reading.containers, serving, checks, settle });
}

function wrongTree(reading: GitReading, { commit }: Release): StepProgress | null {
  if (reading.head !== commit) {
    const words = `${shortCommit(reading.head)} is checked out, and ${shortCommit(commit)} was approved.`;
    return failure('invalid', words);
  }
  if (reading.changes.length === 0) return null;
  return failure('invalid', `The work tree has changes that no commit has: ${changesOf(reading)}.`);
}

function wrongContainers({ binding }: GitRun, reading: GitReading, { commit }: Release): StepProgress | null {
  for (const service of binding.config.services) {
    const ill = reading.containers.find((one) => one.service === service && ailment(one) !== null);
    if (ill !== undefined) return failure('unhealthy', `${ailment(ill)}.`);
    const stray = strayed(binding, reading, { service, commit });
    if (stray !== null) return failure('invalid', `${stray}.`);
    if (keptImage(binding, reading, { service, commit }) === null) {
      return failure('invalid', `The image that was made for ${service} at ${shortCommit(commit)} is gone.`);
    }
  }
  return null;
}
