import { z } from 'zod';
import { shortDigest } from '../../../src/domain/artifact.ts';
import { type Check, type CheckResult, isHttpCheck, storedChecks } from '../../checks.ts';
import { maskSecrets } from '../../mask.ts';
import type { StepProgress } from '../../target.ts';
import type { ProjectBinding } from '../binding.ts';
import { ailment } from '../inspect.ts';
import { type Container, type ProjectReading, readProject, servingDigests } from '../project.ts';
import { contentOf, partsIn, release } from '../release.ts';
import { defineLook, failure, type StepRun } from './step.ts';

export const verifyInput = z.object({ release, checks: storedChecks });
export type VerifyInput = z.output<typeof verifyInput>;

/** Milliseconds during which a service that has just started may answer wrongly. */
export const SETTLE = 10_000;

/** Proves that the containers run the approved contents, then makes the checks, from the host. */
export const verify = defineLook(verifyInput, (run, asked) => proven(run, asked, SETTLE));

/** One proof; `settle` is how long wrong answers are forgiven. */
export async function proven(run: StepRun, asked: VerifyInput, settle: number): Promise<StepProgress> {
  const { binding, context } = run;
  const reading = await readProject(binding, context.signal);
  const wrong = wrongContent(run, asked, reading);
  if (wrong !== null) return wrong;
  const serving = `${asked.release.version} (${contentsOf(run, asked)}) runs`;
  return withChecks(run, { containers: reading.containers, serving, checks: asked.checks, settle });
}

function wrongContent(run: StepRun, asked: VerifyInput, reading: ProjectReading): StepProgress | null {
  for (const part of partsIn(run.binding, asked.release)) {
    const ill = reading.containers.find((one) => one.service === part.name && ailment(one) !== null);
    if (ill !== undefined) return failure('unhealthy', `${ailment(ill)}.`);
    const approved = contentOf(asked.release, part.name);
    const running = servingDigests(part, reading);
    if (running.includes(approved)) continue;
    const [other] = running;
    const runs = other === undefined ? 'nothing that the registry knows' : shortDigest(other);
    const message = `${part.name} runs ${runs}, and ${shortDigest(approved)} was approved.`;
    return failure('invalid', message);
  }
  return null;
}

function contentsOf(run: StepRun, asked: VerifyInput): string {
  return partsIn(run.binding, asked.release)
    .map(({ name }) => shortDigest(contentOf(asked.release, name)))
    .join(', ');
}

/** The checks, where what runs is right. */
export async function withChecks(
  run: StepRun<ProjectBinding>,
  proof: {
    readonly containers: readonly Container[];
    readonly serving: string;
    readonly checks: readonly Check[];
    readonly settle: number;
  },
): Promise<StepProgress> {
  const { serving, checks } = proof;
  const details: string[] = [];
  for (const check of checks) {
    const result = isHttpCheck(check)
      ? await run.binding.checkers[check.from ?? 'host'].run({
          checks: [check],
          baseUrl: run.binding.config.url ?? 'http://127.0.0.1',
          settle: proof.settle,
          signal: run.context.signal,
        })
      : await runCommand(run, proof.containers, check);
    if (!result.ok) return failure('unhealthy', `${serving}, but ${result.detail}`);
    details.push(result.detail);
  }
  return { phase: 'succeeded', message: [serving, ...details].join('; ') };
}

type CommandCheck = Exclude<Check, { readonly http: string }>;

async function runCommand(
  run: StepRun<ProjectBinding>,
  containers: readonly Container[],
  check: CommandCheck,
): Promise<CheckResult> {
  const { binding, context } = run;
  const container = containers.find(
    ({ service, status }) => service === check.service && status === 'running',
  );
  const named = `${check.command.join(' ')}${check.service === undefined ? '' : ` in ${check.service}`}`;
  if (check.service !== undefined && container === undefined) {
    return { ok: false, detail: `${check.service} has no running container to run ${check.command[0]} in` };
  }
  const prefix = container === undefined ? [] : ['docker', 'exec', container.id];
  const [program, ...words] = [...prefix, ...check.command];
  const argv = [program ?? check.command[0], ...words] as const;
  const { directory } = binding.config;
  const end = await binding.host.run({ argv, directory, timeLimit: check.timeout }, context.signal);
  if (end.status !== 0) {
    const said = maskSecrets(`${end.complaint}\n${end.output}`).trim().split('\n')[0]?.slice(0, 200) ?? '';
    return { ok: false, detail: `${named} ended with ${end.status}${said === '' ? '' : `: ${said}`}` };
  }
  if (check.contains !== undefined && !end.output.includes(check.contains)) {
    return { ok: false, detail: `${named} did not print “${check.contains}”` };
  }
  return { ok: true, detail: `${named} ended well` };
}
