import type { Artifact } from '../../src/domain/artifact.ts';
import { type LiveState, type Revision, servingRevision } from '../../src/domain/live-state.ts';
import type { PlannedStep, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import type { VercelBinding } from './binding.ts';

const BUILD_LIMIT = 30 * 60_000;
const ASSIGN_LIMIT = 10 * 60_000;
const VERIFY_LIMIT = 5 * 60_000;

/** By which call a deployment is made to serve. */
export type Way = 'promote' | 'rollback' | 'alias';

/** What making a deployment serve would do. */
export function planDeploy(
  binding: VercelBinding,
  { live, artifact }: { readonly live: LiveState; readonly artifact: Artifact },
): Outcome<TargetPlan> {
  const serving = servingRevision(live);
  if (serving?.digest === artifact.digest) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  const id = artifact.reference.slice(artifact.reference.lastIndexOf('/') + 1);
  const to = { version: artifact.version, digest: artifact.digest, revision: id };
  return accept({ ...planTo(binding, live, { to, way: 'promote' }), artifact });
}

/** The way back: an earlier deployment, which is still there. */
export function planRollback(
  binding: VercelBinding,
  {
    live,
    to,
    good,
  }: { readonly live: LiveState; readonly to: string | null; readonly good: readonly string[] },
): Outcome<TargetPlan> {
  const serving = servingRevision(live);
  if (to !== null && serving !== null && isCalled(serving, to)) {
    return refuse({ code: 'already-serving', target: binding.ref, version: to });
  }
  const earlier = live.revisions.filter(
    (one) => one.ready.is && one !== serving && wasBefore(one, serving, good),
  );
  const proven = good.flatMap((digest) => earlier.find((one) => one.digest === digest) ?? []);
  const found = to === null ? (proven[0] ?? earlier[0]) : earlier.find((one) => isCalled(one, to));
  if (found === undefined) {
    const available = earlier.map(({ version, name }) => version ?? name);
    return refuse({ code: 'no-such-revision', target: binding.ref, wanted: to, available });
  }
  const end = { version: found.version, digest: found.digest, revision: found.name };
  return accept({ ...planTo(binding, live, { to: end, way: 'rollback' }), artifact: null });
}

/** Newer deployments have never served, unless an operation proved them. */
function wasBefore(one: Revision, serving: Revision | null, good: readonly string[]): boolean {
  const proven = one.digest !== null && good.includes(one.digest);
  return proven || (serving !== null && one.createdAt < serving.createdAt);
}

function isCalled({ version, name }: Revision, text: string): boolean {
  return version === text || name === text;
}

function planTo(
  binding: VercelBinding,
  live: LiveState,
  { to, way }: { readonly to: TargetPlan['to']; readonly way: 'promote' | 'rollback' },
): Omit<TargetPlan, 'artifact'> {
  const serving = servingRevision(live);
  const deployment = to.revision ?? '';
  const name = to.version ?? deployment;
  const absolute = binding.checks.length === 0;
  return {
    from:
      serving === null ? null : { version: serving.version, digest: serving.digest, revision: serving.name },
    to,
    steps: [
      readStep('await-build', `Wait until Vercel has built ${name}`, { deployment }, BUILD_LIMIT),
      assignStep(binding, { name, deployment, from: serving, way }),
      readStep(
        'verify-serving',
        `Confirm that ${binding.config.domain} serves it`,
        { deployment },
        VERIFY_LIMIT,
      ),
    ],
    live: live.fingerprint,
    warnings: absolute ? ['No checks are configured: only what the domain serves will be verified.'] : [],
  };
}

function readStep(id: string, title: string, input: PlannedStep['input'], timeLimit: number): PlannedStep {
  return { id, title, action: id, input, effect: 'reads', timeLimit };
}

function assignStep(
  { config }: VercelBinding,
  to: {
    readonly name: string;
    readonly deployment: string;
    readonly from: Revision | null;
    readonly way: 'promote' | 'rollback';
  },
): PlannedStep {
  const { name, deployment, from, way } = to;
  const chosen: Way = config.assign === 'alias' ? 'alias' : way;
  const back: Way = config.assign === 'alias' ? 'alias' : way === 'promote' ? 'rollback' : 'promote';
  const step = {
    id: 'assign',
    title: `Make ${config.domain} serve ${name}`,
    action: 'assign',
    input: { deployment, from: from?.name ?? null, way: chosen },
    effect: 'reversible',
    timeLimit: ASSIGN_LIMIT,
  } as const;
  if (from === null) return step;
  return {
    ...step,
    undo: {
      id: 'assign-back',
      title: `Make ${config.domain} serve ${from.version ?? from.name} again`,
      action: 'assign-back',
      input: { deployment: from.name, from: deployment, way: back },
      effect: 'reversible',
      timeLimit: ASSIGN_LIMIT,
    },
  };
}
