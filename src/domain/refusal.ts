import type { CanaryLastAction } from './canary.ts';
import type { Lock, LockScope } from './lock.ts';
import type { OperationKind } from './plan.ts';
import type { TargetRef } from './target.ts';

/** What a word that was not understood should have been. */
export type WordRole =
  | 'service'
  | 'environment'
  | 'version'
  | 'revision'
  | 'flag'
  | 'subcommand'
  | 'backup'
  | 'duration'
  /** A canary's share: a whole number from 1 to 99. */
  | 'percent'
  | 'word'
  | 'text';

/**
 * Why something asked for will not be done. A refusal is a value with a closed code and the facts that
 * its sentence needs; the sentence itself stands in the catalogue. Nothing was changed when one is given.
 */
export type Refusal =
  /** A word means nothing here. `understood` repeats what was clear: `service api`. */
  | {
      readonly code: 'unknown-word';
      readonly role: WordRole;
      readonly word: string;
      readonly understood: readonly string[];
      readonly nearest: readonly string[];
      readonly allowed: readonly string[];
    }
  /** Something needed was not said, and this channel has no default for it. */
  | {
      readonly code: 'missing-word';
      readonly role: WordRole;
      readonly understood: readonly string[];
      readonly allowed: readonly string[];
      readonly usage: string;
    }
  /** The service exists but not in that environment. */
  | { readonly code: 'no-such-target'; readonly target: TargetRef; readonly environments: readonly string[] }
  /** The version resolves to nothing. */
  | {
      readonly code: 'unknown-version';
      readonly target: TargetRef;
      readonly version: string;
      readonly nearest: readonly string[];
    }
  /** The target has no such part that could be deployed alone; `parts` are those that it has. */
  | {
      readonly code: 'no-such-part';
      readonly target: TargetRef;
      readonly wanted: string;
      readonly nearest: readonly string[];
      readonly parts: readonly string[];
    }
  /** There is nothing to go back to, or not that. */
  | {
      readonly code: 'no-such-revision';
      readonly target: TargetRef;
      readonly wanted: string | null;
      readonly available: readonly string[];
    }
  /** No backup of that id; `available` are the nearest, or the newest. */
  | {
      readonly code: 'no-such-backup';
      /** Null where every target was looked at. */
      readonly target: TargetRef | null;
      readonly wanted: string;
      readonly available: readonly string[];
      /** Targets whose backups could not be listed. */
      readonly unasked: readonly TargetRef[];
    }
  /** Several targets have a backup of that id. */
  | { readonly code: 'which-backup'; readonly wanted: string; readonly targets: readonly TargetRef[] }
  /** A backup that is not whole; `reason` null while it is still being made. */
  | {
      readonly code: 'unusable-backup';
      readonly target: TargetRef;
      readonly backup: string;
      readonly reason: string | null;
    }
  | { readonly code: 'already-serving'; readonly target: TargetRef; readonly version: string }
  | {
      readonly code: 'no-capability';
      readonly target: TargetRef;
      readonly wanted: OperationKind;
      readonly can: readonly OperationKind[];
    }
  /** Not a full member of this workspace: guests, bots, deactivated people, strangers. */
  | {
      readonly code: 'barred-account';
      readonly why: 'bot' | 'guest' | 'deactivated' | 'other-workspace' | 'unknown';
    }
  | {
      readonly code: 'missing-role';
      readonly wanted: readonly string[];
      readonly who: readonly string[];
      readonly action:
        | OperationKind
        | 'approve'
        | 'emergency'
        | 'lock'
        | 'cancel'
        | 'acknowledge'
        | 'silence';
      readonly environment: string | null;
    }
  /** A release was published by somebody whom nobody knows here, and strangers may not begin that. */
  | { readonly code: 'stranger'; readonly name: string; readonly environment: string }
  | {
      readonly code: 'wrong-channel';
      readonly environment: string;
      readonly channels: readonly string[];
      /** Slack did not say what this channel is called: it could be one of them. */
      readonly nameless?: true;
    }
  /** What would be done could not be shown there, and nobody could approve it. */
  | { readonly code: 'unseen'; readonly presence: 'outside' | 'direct' }
  | { readonly code: 'locked'; readonly target: TargetRef; readonly lock: Lock }
  | { readonly code: 'not-locked'; readonly scope: LockScope }
  | {
      readonly code: 'busy';
      readonly target: TargetRef;
      readonly operationId: string;
      readonly kind: OperationKind;
      readonly requesterId: string;
    }
  /** An operation on the target waits for people; only `/status why` tells it, nothing is refused for it. */
  | { readonly code: 'awaiting-approval'; readonly target: TargetRef; readonly operationId: string }
  | {
      readonly code: 'frozen';
      readonly target: TargetRef;
      readonly freeze: string;
      readonly until: Date;
    }
  /** This version has not succeeded yet in the environment that comes before. */
  | {
      readonly code: 'unproven';
      readonly target: TargetRef;
      readonly version: string;
      readonly before: string;
    }
  /** Approvals: the decision does not count. */
  | { readonly code: 'own-request' }
  /** Somebody who wrote some of what is shipped may not approve it. */
  | { readonly code: 'own-commits' }
  /** The commit has checks that are not green. */
  | {
      readonly code: 'checks-failed';
      readonly target: TargetRef;
      readonly commit: string;
      readonly failed: readonly string[];
    }
  /** It is not known whether the checks are green: there is no commit, none ran, or nobody could be asked. */
  | {
      readonly code: 'checks-unknown';
      readonly target: TargetRef;
      readonly commit: string | null;
      /** Why nothing was read; null when nothing has run. */
      readonly detail: string | null;
    }
  | { readonly code: 'not-waiting'; readonly operationId: string; readonly state: string }
  /** Nothing runs there that could be stopped. */
  | { readonly code: 'nothing-running'; readonly target: TargetRef }
  /** There is nothing to stop: the operation is not running, or what it does now cannot be stopped. */
  | { readonly code: 'not-stoppable'; readonly operationId: string; readonly running: boolean }
  /** The target or its registry could not be asked; nothing was changed. */
  | {
      readonly code: 'target-error';
      readonly target: TargetRef;
      readonly problem: TargetProblem;
      readonly detail: string;
    }
  /** There is no canary here, or more than one to choose from. */
  | {
      readonly code: 'which-canary';
      readonly running: readonly TargetRef[];
    }
  /** That canary has ended. */
  | { readonly code: 'canary-over'; readonly operationId: string }
  /** That canary is ending already, in another way. */
  | { readonly code: 'canary-ending'; readonly operationId: string; readonly by: CanaryLastAction }
  /** The target cannot give that share. */
  | {
      readonly code: 'unreachable-share';
      readonly target: TargetRef;
      readonly asked: number;
      readonly nearest: readonly number[];
    }
  /** A critical alert fires for the service: shipping now would blur what is the cause. */
  | { readonly code: 'critical-alert'; readonly target: TargetRef; readonly alert: string }
  /** The alert group is over, or long forgotten: there is nothing to do about it. */
  | { readonly code: 'alert-over' }
  /** Nothing is kept of the alert group any more. */
  | { readonly code: 'alert-forgotten' }
  /** Slack has no channel of the name that the alert's channel has in the config. */
  | { readonly code: 'no-alert-channel'; readonly channel: string }
  /** Somebody else looks at it already. */
  | { readonly code: 'acknowledged-before'; readonly by: string }
  /** No silence of the group lasts any more. */
  | { readonly code: 'no-silence' }
  /** The monitoring system could not be asked, or said no. */
  | { readonly code: 'not-silenced'; readonly detail: string }
  /** The monitoring system could not be asked to end a silence, or said no. */
  | { readonly code: 'silence-not-ended'; readonly detail: string }
  /** The bot met a fault of its own; its log tells more under this delivery. */
  | { readonly code: 'fault'; readonly deliveryId: string }
  /** The bot itself can't work now: its database is away, or it is stopping. */
  | { readonly code: 'not-stored' };

/** What went wrong on the other side, told apart by what a person would do next. */
export type TargetProblem =
  | 'permission'
  | 'quota'
  | 'not-found'
  | 'unavailable'
  | 'conflict'
  | 'invalid'
  /** A guard of the config, which says what may be shipped. */
  | 'guarded'
  | 'unhealthy'
  | 'timeout'
  /** A person stopped it, by the bot. */
  | 'stopped';

/** A result that is either what was wanted or the reason why not. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export function accept<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function refuse(refusal: Refusal): Outcome<never> {
  return { ok: false, refusal };
}
