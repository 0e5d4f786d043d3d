import type { AlertNotification } from '../../src/domain/alert.ts';
import type { Authentication } from '../../src/domain/authentication.ts';

/** What a payload says, or why it cannot be read. */
export type ReadAlerts =
  | { readonly ok: true; readonly notification: AlertNotification }
  | { readonly ok: false; readonly reason: string };

/** A monitoring system that tells alerts by a webhook. */
export interface AlertSource {
  readonly authentication: Authentication;
  /** Whether its sender may never say that an alert is over: then whoever acknowledges one ends it. */
  readonly overWhenAcknowledged: boolean;
  /** Pure: `now` is when the call came. */
  read(body: unknown, now: Date): ReadAlerts;
}
