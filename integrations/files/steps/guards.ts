import { z } from 'zod';
import { type StepProgress, TargetError } from '../../target.ts';
import type { GuardConfig } from '../config.ts';
import { brokenGuards, describeGuard } from '../guards.ts';
import { runTree, treeCommand } from '../host/script.ts';
import { artifactInput } from './stage.ts';
import { defineLook, type StepRun, succeeded } from './step.ts';

const COPY_LIMIT = 4 * 60_000;
/** Lines of a program’s complaint that people are shown. */
const SHOWN = 5;

type Program = Extract<GuardConfig, { run: unknown }>;

/** Looks into the files of the release, then lets the config’s programs look at the whole new tree on the host. */
export const guards = defineLook(z.object(artifactInput), async (run, artifact) => {
  const { guards, directory } = run.binding.config;
  const broken = await run.binding.releases.withRelease(artifact, (release) => brokenGuards(release, guards));
  if (broken.length > 0) return lacking(broken);
  const programs = guards.flatMap((guard) => ('run' in guard ? [guard] : []));
  if (programs.length > 0) {
    const argv = treeCommand('whole', directory, run.operation);
    await runTree(run.binding.host, { argv, timeLimit: COPY_LIMIT }, run.context.signal);
  }
  for (const program of programs) {
    const complaint = await runProgram(run, program);
    if (complaint !== null) return lacking([`${describeGuard(program)}: ${complaint}`]);
  }
  return succeeded(guards.map(describeGuard).join('; '));
});

async function runProgram({ binding, operation, context }: StepRun, guard: Program): Promise<string | null> {
  const { status, output, complaint } = await binding.host.run(
    { argv: guard.run, directory: `${operation}/whole`, timeLimit: guard.timeout },
    context.signal,
  );
  if (status === 0) return null;
  if (status === 127) {
    throw new TargetError(
      'invalid',
      `There is no ${guard.run[0]} on ${binding.host.name}: the new tree cannot be checked.`,
    );
  }
  const said = `${output}\n${complaint}`.trim().split('\n').slice(-SHOWN).join(' ');
  return `ended with status ${status}. ${said}`;
}

function lacking(broken: readonly string[]): StepProgress {
  return {
    phase: 'failed',
    problem: 'guarded',
    message: `The new tree does not have the structure that it must: ${broken.join(' ')}`,
  };
}
