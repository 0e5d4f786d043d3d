import type { TargetRef } from './target.ts';

/** Where and by whom something was typed: enough to answer there. */
export interface Origin {
  readonly userId: string;
  readonly channelId: string;
  /** The thread in which it was typed, for mentions. */
  readonly threadTs?: string;
  /** Slack's address for ephemeral answers: 30 minutes, five uses. */
  readonly responseUrl?: string;
  /** Slack's permission to open a modal: three seconds. */
  readonly triggerId?: string;
}

/** Ship a version. */
export interface DeployRequest {
  readonly kind: 'deploy';
  readonly target: TargetRef;
  readonly version: string;
  /** The one part of the target that is meant, where it is not the whole: a service of a compose project. */
  readonly only?: string;
  /** Who published it, where nobody knows who that is here: it could be any approver. */
  readonly stranger?: string;
}

/** Go back: to the last good revision, or to the named version or revision. */
export interface RollbackRequest {
  readonly kind: 'rollback';
  readonly target: TargetRef;
  readonly to: string | null;
}

/** Try a version on a share of the traffic first. */
export interface CanaryRequest {
  readonly kind: 'canary';
  readonly target: TargetRef;
  readonly version: string;
  /** The first percent; null for the first step of the config. */
  readonly percent: number | null;
  readonly auto: boolean;
}

/** Make a backup. */
export interface BackupRequest {
  readonly kind: 'backup';
  readonly target: TargetRef;
}

/** Restore a backup into a scratch place and compare. */
export interface VerificationRequest {
  readonly kind: 'verification';
  readonly target: TargetRef;
  /** Its id. */
  readonly backup: string;
}

/** Put a backup's data in the place of the data that is there. */
export interface RestoreRequest {
  readonly kind: 'restore';
  readonly target: TargetRef;
  /** Its id. */
  readonly backup: string;
}

/** Take a running canary farther than was approved. */
export interface CanaryExtensionRequest {
  readonly kind: 'canary-extension';
  readonly target: TargetRef;
  /** The canary's own operation. */
  readonly operationId: string;
  /** 100 promotes it. */
  readonly percent: number;
}

/** What can become an operation. */
export type OperationRequest =
  | DeployRequest
  | RollbackRequest
  | CanaryRequest
  | CanaryExtensionRequest
  | BackupRequest
  | VerificationRequest
  | RestoreRequest;

/** The operation that a request is about: it holds the target and does not stand in the way. Null for most. */
export function extendedCanary(request: OperationRequest): string | null {
  return request.kind === 'canary-extension' ? request.operationId : null;
}

/** How it was asked for, beside what was asked. */
export interface RequestOptions {
  /** Skip approval, loudly; the reason is part of the record. */
  readonly emergency: string | null;
  /** Why it is shipped although a critical alert may be firing. */
  readonly duringIncident?: string;
  /** Why, in the requester's words. */
  readonly reason: string | null;
}
