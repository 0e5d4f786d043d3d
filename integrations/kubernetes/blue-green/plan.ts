import type { Artifact, Digest } from '../../../src/domain/artifact.ts';
import { type LiveState, servingRevision } from '../../../src/domain/live-state.ts';
import type { PlannedStep, TargetPlan } from '../../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../../src/domain/refusal.ts';
import type { HttpCheck } from '../../checks.ts';
import type { KubernetesBinding } from '../binding.ts';
import { currentRevision } from '../history.ts';
import { planMigration } from '../migration.ts';
import { ensureDeployable, fromEnd, imageChange, imageOwner } from '../plan.ts';
import type { TemplateChange } from '../plan-steps.ts';
import { ensureRunning } from '../reading.ts';
import { blueGreenOf, COLOUR_MARKS, inColour } from './colours.ts';
import {
  checkColourStep,
  drainStep,
  prepareColourStep,
  retireColourStep,
  switchServiceStep,
  type Turn,
  verifyColourStep,
} from './plan-steps.ts';
import { type BothColours, readBoth, standing, turnTo } from './reading.ts';

/** What shipping the artifact by the idle colour would do. Reads only. */
export async function planBlueGreenDeploy(
  binding: KubernetesBinding,
  { live, artifact }: { readonly live: LiveState; readonly artifact: Artifact },
): Promise<Outcome<TargetPlan>> {
  const both = await readBoth(binding);
  if (servingRevision(live)?.digest === artifact.digest && live.health.status === 'healthy') {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  const idle = inColour(binding, both.idle);
  ensureTurnable(binding, both);
  const change = imageChange(idle, both.other.workload, artifact);
  const migration = await planMigration(binding, artifact);
  const turn = turnTo(change.wanted.hash, both);
  return accept({
    from: fromEnd(live, currentRevision(both.serving.workload, both.serving.revisions)),
    to: { version: artifact.version, digest: artifact.digest, revision: null },
    artifact,
    steps: [
      ...migration.steps,
      prepareStep(`Start ${artifact.version} in ${both.idle}, beside ${both.active}`, { change, turn, both }),
      ...switchingSteps(binding, turn, artifact.digest),
    ],
    live: live.fingerprint,
    warnings: [...warningsOf(binding, both), ...migration.warnings],
  });
}

/** The colour that serves must have pods whose number the other one can take; the idle one must take a rollout. */
export function ensureTurnable(binding: KubernetesBinding, both: BothColours): void {
  ensureDeployable(inColour(binding, both.active), both.serving.workload);
  ensureRunning(inColour(binding, both.idle), both.other.workload);
}

export function prepareStep(
  title: string,
  of: { readonly change: TemplateChange; readonly turn: Turn; readonly both: BothColours },
): PlannedStep {
  const { change, turn, both } = of;
  const retired = both.other.workload.metadata.annotations[COLOUR_MARKS.retired] ?? null;
  const foundMarks = { ...change.foundMarks, [COLOUR_MARKS.retired]: retired };
  return prepareColourStep(title, { ...change, foundMarks }, { turn, foundReplicas: standing(both) });
}

/** What follows once the idle colour runs it: prove, switch, prove again, and let the old colour go. */
export function switchingSteps(
  binding: KubernetesBinding,
  turn: Turn,
  digest: Digest | null,
): readonly PlannedStep[] {
  const { service, health, drain } = blueGreenOf(binding);
  const { checks, watch } = binding;
  const { times = 1, every = 0 } = health ?? {};
  return [
    checkColourStep({ turn, digest, health: health === undefined ? null : podCheck(health), times, every }),
    switchServiceStep(service, turn),
    verifyColourStep({ turn, digest, checks, duration: 0 }),
    ...(watch > 0 ? [verifyColourStep({ turn, digest, checks, duration: watch })] : []),
    drainStep(turn, digest, drain),
    retireColourStep(turn),
  ];
}

function podCheck(health: NonNullable<ReturnType<typeof blueGreenOf>['health']>): {
  readonly check: HttpCheck;
  readonly port: number;
} {
  const { path, port, status, timeout, contains, minLength, json } = health;
  return { check: { http: path, status, timeout, successes: 1, contains, minLength, json }, port };
}

export function warningsOf(binding: KubernetesBinding, both: BothColours): readonly string[] {
  const warnings: string[] = [];
  const left = standing(both);
  if (left > 0) {
    warnings.push(
      `${both.idle} still stands with ${left} ${left === 1 ? 'pod' : 'pods'}: what it runs is replaced.`,
    );
  }
  const owner = imageOwner(both.other.workload.metadata.managedFields, binding.config.container);
  if (owner !== null) {
    warnings.push(`${owner} applies the image of ${both.idle} too (server-side), and may put its own back.`);
  }
  if (blueGreenOf(binding).health === undefined && binding.checks.length === 0) {
    warnings.push('No checks are configured: only readiness and what the pods run will be verified.');
  }
  return warnings;
}
