import type { Artifact } from '../src/domain/artifact.ts';
import type { Json } from '../src/domain/json.ts';
import type { LiveState } from '../src/domain/live-state.ts';
import type { OperationKind, PlannedStep, TargetPlan } from '../src/domain/plan.ts';
import type { Outcome, TargetProblem } from '../src/domain/refusal.ts';
import type { TargetRef } from '../src/domain/target.ts';

/** Whether trying again later could help. */
export type Retry = 'terminal' | 'retryable';

/** Problems that may be gone in a while. */
const PASSING: readonly TargetProblem[] = ['unavailable', 'timeout', 'quota'];

/**
 * The one error that integrations throw, classified once, by status code, where it arises.
 * `message` is one sentence for a person; the technical cause stays in `cause`.
 */
export class TargetError extends Error {
  readonly problem: TargetProblem;
  readonly retry: Retry;

  constructor(problem: TargetProblem, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TargetError';
    this.problem = problem;
    this.retry = PASSING.includes(problem) ? 'retryable' : 'terminal';
  }
}

/** What a step may use of the operation that it belongs to. */
export interface StepContext {
  readonly operationId: string;
  /** The requester's display name, for annotations and change causes. */
  readonly requestedBy: string;
  /** Adds a line to the operation's thread. Lines may be told again after a crash; they must hold no secret. */
  log(line: string): void;
  /** Aborted when this process must stop touching targets: it is stopping, or it lost its lease. */
  readonly signal: AbortSignal;
}

/** The state of a step that was begun. `handle` means something only to the integration. */
export type StepProgress =
  | {
      readonly phase: 'running';
      readonly handle: Json;
      /** “waiting for the revision: 1 of 3 instances ready”. */
      readonly message: string;
      /** Milliseconds until it is worth looking again. */
      readonly lookAgainAfter: number;
    }
  | { readonly phase: 'succeeded'; readonly message: string }
  | { readonly phase: 'failed'; readonly problem: TargetProblem; readonly message: string };

/** Going back without a new artifact. Present where the target keeps what it ran before. */
export interface RollbackCapability {
  /**
   * Plans the way back. `to` names a version or a revision; null means the last revision that served
   * well before the present one and is still there. `good` lists digests that past operations proved
   * on this target, newest first.
   */
  plan(request: {
    readonly live: LiveState;
    readonly to: string | null;
    readonly good: readonly string[];
  }): Promise<Outcome<TargetPlan>>;
}

/** One line of `slipway doctor`. */
export interface Finding {
  readonly subject: string;
  readonly ok: boolean;
  /** What was found, or what is wrong. */
  readonly detail: string;
  /** What to do about it; null where nothing is wrong. */
  readonly remedy: string | null;
}

/**
 * Everything that can be deployed to. Reads never change anything; `start` is idempotent on
 * (operation, step) and can be found again after a lost reply; no method outlives `context.signal`.
 * Capabilities are present objects: what a target cannot do, it does not have.
 */
export interface DeployTarget {
  readonly ref: TargetRef;
  /** The target's name in its own system, unique in the world. */
  readonly identity: string;

  /** Finds the artifact of a version, or refuses with the nearest versions. */
  resolve(version: string): Promise<Outcome<Artifact>>;
  /** Versions to suggest, newest first. */
  recentVersions(limit: number): Promise<readonly string[]>;
  inspect(): Promise<LiveState>;
  /** What deploying the artifact would do, from this live state. */
  planDeploy(request: {
    readonly live: LiveState;
    readonly artifact: Artifact;
  }): Promise<Outcome<TargetPlan>>;

  /** Begins a step, or finds the one that an earlier call of the same operation began. */
  start(step: PlannedStep, context: StepContext): Promise<StepProgress>;
  /** Looks at a step that was begun, from its handle. */
  resume(step: PlannedStep, handle: Json, context: StepContext): Promise<StepProgress>;

  /** Can it be reached, and may we do there what we shall have to? */
  examine(): Promise<readonly Finding[]>;
  close(): Promise<void>;

  readonly rollback?: RollbackCapability;
}

/** The kinds of operation that a target can do, from the capabilities that it has. */
export function capabilitiesOf(target: DeployTarget): readonly OperationKind[] {
  return target.rollback === undefined ? ['deploy'] : ['deploy', 'rollback'];
}
