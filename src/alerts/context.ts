import type { Logger } from 'pino';
import type { AlertsConfig } from '../config/alerts.ts';
import type { AlertEvent, AlertGroupView } from '../domain/alert.ts';
import type { Operation } from '../domain/operation.ts';
import type { DigestRow, Storm } from '../domain/storm.ts';
import type { TargetRef } from '../domain/target.ts';
import type { OperationContext } from '../operations/context.ts';
import type { Database, Queryable } from '../store/database.ts';

/** What people can do about a group. */
export interface AlertOffers {
  readonly silence: boolean;
  /** Targets of the group that can go back. */
  readonly rollBack: readonly TargetRef[];
}

/** A group with what stands around it. */
export interface ShownGroup {
  readonly view: AlertGroupView;
  /** Operations on its targets, from a while before it on; oldest first. */
  readonly operations: readonly Operation[];
  readonly offers: AlertOffers;
  readonly channelId: string;
}

/** Where people read about alerts. Everything is written in the transaction of the change it tells of. */
export interface AlertMessages {
  /** Makes the group's one message read as the group now is. */
  group(tx: Queryable, shown: ShownGroup): Promise<void>;
  /** Tells something in the group's thread, once. */
  line(tx: Queryable, request: { readonly shown: ShownGroup; readonly event: AlertEvent }): Promise<void>;
  /** Makes the digest of a storm read as its groups now are; how many messages that takes. */
  digest(
    tx: Queryable,
    request: { readonly storm: Storm; readonly groups: readonly DigestRow[]; readonly channelId: string },
  ): Promise<number>;
  /** Takes back messages that Slack certainly has not got; the groups of which that could be done. */
  withdraw(tx: Queryable, groupIds: readonly string[]): Promise<readonly string[]>;
  /** Tells the group's story in its thread. */
  report(
    tx: Queryable,
    request: {
      readonly shown: ShownGroup;
      readonly events: readonly AlertEvent[];
      /** Names of the people in it, by ID. */
      readonly names: ReadonlyMap<string, string>;
    },
  ): Promise<void>;
}

/** Makes silences in the monitoring system of a source. */
export interface Silences {
  /** Makes it once, however often it is asked for with the same `id`; its name there. */
  create(silence: {
    readonly id: string;
    readonly matchers: readonly { readonly name: string; readonly value: string }[];
    readonly from: Date;
    readonly until: Date;
    readonly by: string;
    readonly reason: string;
  }): Promise<string>;
  end(silenceId: string): Promise<void>;
}

/** Everything that alerts are worked on with. */
export interface AlertContext {
  readonly database: Database;
  readonly settings: AlertsConfig;
  readonly operations: OperationContext;
  readonly messages: AlertMessages;
  readonly channelIdOf: (spelling: string) => Promise<string | null>;
  /** By source; those that cannot silence are not in it. */
  readonly silences: ReadonlyMap<string, Silences>;
  readonly clock: () => Date;
  readonly log: Logger;
}
