import type { Logger } from 'pino';
import type { AnalysisProvider } from '../../integrations/analysis/analysis.ts';
import type { CodeHost } from '../../integrations/code-host.ts';
import type { DeployTarget } from '../../integrations/target.ts';
import type { CanaryConfig, Config } from '../config/schema.ts';
import type { Presence } from '../domain/channel.ts';
import type { OperationState, OperationView } from '../domain/operation.ts';
import type { People } from '../domain/person.ts';
import type { OperationKind } from '../domain/plan.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { BackupWeek } from '../domain/reply.ts';
import { type TargetRef, targetKey } from '../domain/target.ts';
import type { ThreadLine } from '../domain/thread-line.ts';
import type { ChannelRef } from '../policy/authorise.ts';
import type { Database, Queryable } from '../store/database.ts';
import type { Lease } from './lease.ts';
import type { PlaceAuthor } from './source/authors.ts';

/** Where people read about operations. Everything is written in the transaction of the change it tells of. */
export interface Messages {
  /** Makes the operation's message read as the operation now is. */
  operation(tx: Queryable, view: OperationView): Promise<void>;
  /** Tells something in the operation's thread. `key` makes telling it again the same line. */
  line(
    tx: Queryable,
    request: { readonly view: OperationView; readonly key: string; readonly line: ThreadLine },
  ): Promise<void>;
  /** Tells the incident channel that approval is skipped. */
  emergency(tx: Queryable, view: OperationView): Promise<void>;
}

/** A scheduled backup that is late. */
export interface LateBackup {
  readonly target: TargetRef;
  readonly due: Date;
  readonly channelId: string;
  /** Why it cannot begin; none when it has begun after all. */
  readonly refusals: readonly Refusal[];
}

/** Tells channels of the backups that the bot makes by itself, in the transaction of what it tells of. */
export interface BackupNotices {
  lateBackup(tx: Queryable, late: LateBackup): Promise<void>;
  backupSummary(
    tx: Queryable,
    summary: {
      readonly key: string;
      readonly channelId: string;
      readonly weeks: readonly BackupWeek[];
    },
  ): Promise<void>;
}

/** What happens, for whoever counts it. */
export interface OperationMetrics {
  ended(operation: {
    readonly kind: OperationKind;
    readonly target: TargetRef;
    readonly state: OperationState;
    readonly seconds: number;
  }): void;
  approved(seconds: number): void;
}

/** Draws canaries for people. */
export interface CanaryPictures {
  /** Puts a picture of the canary so far into its thread; the same key again is the same picture. */
  show(request: {
    readonly view: OperationView;
    readonly key: string;
    /** Null while it runs. */
    readonly end: { readonly at: Date; readonly word: string } | null;
  }): Promise<void>;
}

/** Whoever knows of alerts. */
export interface Alerts {
  /**
   * The name of a critical alert that fires for the target now, of those that began after a time; or null. Within a
   * transaction it is asked by that one's connection.
   */
  critical(db: Queryable, target: TargetRef, after: Date | null): Promise<string | null>;
}

/** The code behind services. */
export interface SourceCode {
  /** Null for a service without a repository. */
  of(service: string): CodeHost | null;
  readonly placeAuthor: PlaceAuthor;
}

/** Everything that operations are run with. */
export interface OperationContext {
  readonly database: Database;
  readonly config: Config;
  readonly targets: ReadonlyMap<string, DeployTarget>;
  readonly people: People;
  readonly channels: {
    channel(id: string): Promise<ChannelRef & { readonly presence: Presence }>;
    /** The ID of a channel that the config names; null if there is none. */
    idOf(spelling: string): Promise<string | null>;
  };
  readonly messages: Messages;
  readonly notices: BackupNotices;
  readonly metrics: OperationMetrics;
  /** What judges canaries, from its part of the config. */
  readonly analysis: (configs: CanaryConfig['analysis']) => readonly AnalysisProvider[];
  readonly alerts: Alerts;
  readonly code: SourceCode;
  readonly pictures: CanaryPictures;
  readonly lease: Lease;
  readonly clock: () => Date;
  readonly log: Logger;
}

/** The target of a ref that the config knows. Words were resolved against the config before. */
export function targetOf(context: Pick<OperationContext, 'targets'>, ref: TargetRef): DeployTarget {
  const target = context.targets.get(targetKey(ref));
  if (target === undefined) throw new Error(`${targetKey(ref)} is not in the config any more`);
  return target;
}
