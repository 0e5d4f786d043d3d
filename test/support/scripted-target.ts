import type {
  DeployTarget,
  StepContext,
  StepProgress,
  TargetError,
  TrafficCapability,
} from '../../integrations/target.ts';
import type { Digest } from '../../src/domain/artifact.ts';
import type { LiveState } from '../../src/domain/live-state.ts';
import type { PlannedStep } from '../../src/domain/plan.ts';
import { accept, refuse } from '../../src/domain/refusal.ts';
import type { TargetRef } from '../../src/domain/target.ts';

/** A digest that is different for every text. */
export function digestOf(text: string): Digest {
  return `sha256:${Buffer.from(text).toString('hex').padEnd(64, '0').slice(0, 64)}`;
}

/** A target in memory that does what its script says and writes down what it was told to do. */
export interface ScriptedTarget extends DeployTarget {
  /** What serves now; changing it is what somebody else would do behind our back. */
  serving: string;
  /** `start prepare`, `start move`, … in the order in which they were called. */
  readonly calls: string[];
  /** Replaces what a step answers, by the step's action. */
  readonly script: Map<string, (context: StepContext) => Promise<StepProgress>>;
  /** Thrown by reads while it is set. */
  fault: TargetError | null;
}

export function scriptedTarget(ref: TargetRef, versions: readonly string[]): ScriptedTarget {
  const target: ScriptedTarget = {
    ref,
    identity: `scripted/${ref.service}/${ref.environment}`,
    serving: versions[0] ?? 'v0',
    calls: [],
    script: new Map(),
    fault: null,
    resolve: async (version) => {
      if (target.fault !== null) throw target.fault;
      if (!versions.includes(version)) {
        return refuse({ code: 'unknown-version', target: ref, version, nearest: versions });
      }
      return accept({ version, digest: digestOf(version), reference: `image@${digestOf(version)}` });
    },
    recentVersions: async () => versions,
    inspect: async () => {
      if (target.fault !== null) throw target.fault;
      return liveState(target.serving);
    },
    planDeploy: async ({ live, artifact }) =>
      accept({
        from: {
          version: target.serving,
          digest: digestOf(target.serving),
          revision: `rev-${target.serving}`,
        },
        to: { version: artifact.version, digest: artifact.digest, revision: null },
        artifact,
        steps: [
          step('prepare'),
          { ...step('move'), undo: step('move-back') },
          step('prove'),
          { ...step('tidy'), effect: 'tidies' },
        ],
        live: live.fingerprint,
        warnings: [],
      }),
    start: async (planned, context) => {
      target.calls.push(`start ${planned.action}`);
      const scripted = target.script.get(planned.action);
      return scripted === undefined ? { phase: 'succeeded', message: 'done' } : scripted(context);
    },
    resume: async (planned) => {
      target.calls.push(`resume ${planned.action}`);
      return { phase: 'succeeded', message: 'done' };
    },
    examine: async () => [],
    close: async () => undefined,
  };
  return target;
}

function step(id: string): PlannedStep {
  return { id, title: `Do ${id}`, action: id, input: {}, effect: 'reversible', timeLimit: 60_000 };
}

function liveState(version: string): LiveState {
  return {
    traffic: [{ revision: `rev-${version}`, percent: 100 }],
    revisions: [
      {
        name: `rev-${version}`,
        digest: digestOf(version),
        version,
        createdAt: '2026-11-22T03:00:00Z',
        ready: { is: true },
      },
    ],
    health: { status: 'healthy' },
    url: null,
    fingerprint: `serving ${version}`,
    notes: [],
  };
}

/** Canaries of a scripted target at these shares: planned without steps, and moved by steps that are scripted. */
export function scriptedTraffic(target: ScriptedTarget, shares: readonly number[]): TrafficCapability {
  const side = { revision: target.ref.service, url: null };
  return {
    reachable: () => shares,
    planCanary: async (request) => {
      const planned = await target.planDeploy(request);
      return planned.ok ? accept({ ...planned.value, steps: [] }) : planned;
    },
    weightStep: ({ to }) => step(`weight-${to}`),
    promoteSteps: () => [step('promote')],
    abortSteps: () => [step('abort')],
    observe: async () => ({ canary: side, baseline: side, ours: true, found: '' }),
  };
}
