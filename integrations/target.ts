import type { Artifact } from '../src/domain/artifact.ts';
import type { StoredBackup } from '../src/domain/backup.ts';
import type { Json } from '../src/domain/json.ts';
import type { LiveState } from '../src/domain/live-state.ts';
import type { OperationKind, PlannedStep, TargetPlan } from '../src/domain/plan.ts';
import type { Outcome, TargetProblem } from '../src/domain/refusal.ts';
import type { TargetRef } from '../src/domain/target.ts';
import { maskSecrets } from './mask.ts';

/** Whether trying again later could help. */
export type Retry = 'terminal' | 'retryable';

/** Problems that may be gone in a while. */
const PASSING: readonly TargetProblem[] = ['unavailable', 'timeout', 'quota'];

/**
 * The one error that integrations throw, classified once, by status code, where it arises.
 * `message` is one sentence for a person, without what looks like a secret in it, since others' words are often part
 * of it; the technical cause stays in `cause`.
 */
export class TargetError extends Error {
  readonly problem: TargetProblem;
  readonly retry: Retry;

  constructor(problem: TargetProblem, message: string, options?: { cause?: unknown }) {
    super(maskSecrets(message), options);
    this.name = 'TargetError';
    this.problem = problem;
    this.retry = PASSING.includes(problem) ? 'retryable' : 'terminal';
  }
}

/**
 * What an operation was about to ask for, where asking twice is doing it twice and the other side cannot tell at
 * once whether it was asked. Kept for the operation, over crashes.
 */
export interface Intents {
  /** Stored when it resolves: when it was declared before, null if this is the first time. */
  declare(key: string): Promise<Date | null>;
  /** When it was declared; null if never. */
  since(key: string): Promise<Date | null>;
  /** It was surely not done: it may be declared anew. */
  withdraw(key: string): Promise<void>;
}

/** What a step may use of the operation that it belongs to. */
export interface StepContext {
  readonly operationId: string;
  /** The requester's display name, for annotations and change causes. */
  readonly requestedBy: string;
  /** Adds a line to the operation's thread. Lines may be told again after a crash; they must hold no secret. */
  log(line: string): void;
  readonly intents: Intents;
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
  | {
      readonly phase: 'succeeded';
      readonly message: string;
      /** Only of what takes something back: something newer stands there and was left, so that all is not as it was. */
      readonly left?: true;
    }
  | { readonly phase: 'failed'; readonly problem: TargetProblem; readonly message: string };

/** Ending what a step began before it has ended by itself. Present where the other side can be stopped. */
export interface StopCapability {
  /** Whether what this step begins can be. */
  stops(step: PlannedStep): boolean;
  /**
   * Ends it, so that nothing of it goes on beside its undo. Null when it was stopped; otherwise how it had ended by
   * itself before, or that it is ending: then it is asked again, with the handle that this says.
   */
  stop(step: PlannedStep, handle: Json, context: StepContext): Promise<StepProgress | null>;
}

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

/** A revision that takes part in a canary. */
export interface CanarySide {
  readonly revision: string;
  /** Where it answers whatever its share is; null while it has no address of its own. */
  readonly url: string | null;
}

/** How a canary is at one moment, read from the target. */
export interface CanaryObservation {
  readonly canary: CanarySide;
  readonly baseline: CanarySide;
  /** False when somebody else changed the traffic; `found` says what is there, for people. */
  readonly ours: boolean;
  readonly found: string;
}

/**
 * Shares of traffic for a new revision beside what serves. Present where the target can split. What serves,
 * the baseline, is the revision with the largest share that is really served; the canary's share is taken
 * from it alone, and everybody else's shares and marks stay. Percents are of all traffic.
 *
 * The life of a canary: the plan's steps, any number of weight steps, then the promote steps or the abort
 * steps. Every change of traffic is a compare-and-set: it is made only on the split that the operation set
 * before; any other is a `conflict` and is left as it is. Weight and promote steps have no undo: the way
 * back, from wherever a canary is, are the abort steps.
 */
export interface TrafficCapability {
  /** The percents below 100 that a canary of this plan can have, in ascending order; they depend on what was found. */
  reachable(plan: TargetPlan): readonly number[];
  /**
   * Plans a canary: the steps that make the new revision ready without traffic, prove it, and give it and
   * the baseline addresses of their own. The `undo` of each takes it back. Read-only.
   */
  planCanary(request: {
    readonly live: LiveState;
    readonly artifact: Artifact;
  }): Promise<Outcome<TargetPlan>>;
  /** The step that gives the canary this percent, up or down, and the baseline the rest. Its id is not unique in an operation. */
  weightStep(request: { readonly plan: TargetPlan; readonly from: number; readonly to: number }): PlannedStep;
  /** The steps that give it everything, prove it, watch it where the config says so, and tidy up. */
  promoteSteps(plan: TargetPlan, from: number): readonly PlannedStep[];
  /**
   * The steps that give back the split found at the start and take back everything else that preparing did,
   * whichever of it had begun. `weights` are the percents that the canary may have: the last one that was
   * set, and the one that a step which did not end was setting (100 for promoting). At any other, the split
   * is somebody else's and keeps its shares.
   */
  abortSteps(plan: TargetPlan, weights: readonly number[]): readonly PlannedStep[];
  /** Where canary and baseline answer, and whether the split still is the one of this percent. Read-only. */
  observe(request: {
    readonly plan: TargetPlan;
    readonly operationId: string;
    readonly percent: number;
  }): Promise<CanaryObservation>;
}

/** What a provider of backups plans; the steps run in this order. */
export interface BackupSteps {
  readonly steps: readonly PlannedStep[];
  /** What approvers should know: “the service is stopped meanwhile”. */
  readonly warnings: readonly string[];
}

/**
 * Copies of a target's data. Present where the config says who makes them. Reads never change anything. An
 * operation makes at most one backup, and its id is `backupIdOf` the operation: steps name it by `null`,
 * since a plan is older than its operation.
 */
export interface BackupCapability {
  /** What is backed up, and where to: “database saga of service postgres on saga-1, kept in /srv/backups”. */
  readonly subject: string;
  /** Every backup that is there, newest first; also those that others made, where the system keeps them together. */
  list(): Promise<readonly StoredBackup[]>;
  /**
   * Makes one by its first step, and copies it to a second place, where the config asks for one, by those behind
   * it. The last step's message tells id, size and SHA-256. Its steps have no undo: a backup that was made is kept, whatever comes after it.
   * One `before-restore` is made of whatever is there, be it nothing: that may be why something is restored.
   */
  planBackup(purpose?: 'before-restore'): Promise<Outcome<BackupSteps>>;
  /**
   * Restores it into a scratch place, compares, and takes the scratch place away. The last step that reads
   * says what was compared; what differs is a failure that is `unhealthy`.
   */
  planVerification(backup: StoredBackup): Promise<Outcome<BackupSteps>>;
  /**
   * Puts its data in place of what is there. Steps of the operation that make a backup come before these: the
   * undo of the step that changes data restores that one.
   */
  planRestore(backup: StoredBackup): Promise<Outcome<BackupSteps>>;
  /** Deletes them in every place; one that is gone already is deleted. */
  deletionStep(backups: readonly StoredBackup[]): PlannedStep;
}

/** Parts that can be deployed alone, beside others that stay as they are. Present where the target has several. */
export interface PartsCapability {
  readonly names: readonly string[];
  /** The same questions about one of them; null where there is no such part. */
  of(name: string): Pick<DeployTarget, 'resolve' | 'recentVersions' | 'planDeploy'> | null;
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
  readonly traffic?: TrafficCapability;
  readonly backup?: BackupCapability;
  readonly parts?: PartsCapability;
  readonly stop?: StopCapability;
}

/** The kinds of operation that a target can do, from the capabilities that it has. */
export function capabilitiesOf(target: DeployTarget): readonly OperationKind[] {
  const kinds: OperationKind[] = ['deploy'];
  if (target.rollback !== undefined) kinds.push('rollback');
  if (target.traffic !== undefined) kinds.push('canary');
  if (target.backup !== undefined) kinds.push('backup', 'verification', 'restore');
  return kinds;
}
