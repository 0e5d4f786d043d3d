import type { Digest } from './artifact.ts';

/** One deployed artifact as the target knows it: a Cloud Run revision, a ReplicaSet revision, a backup directory. */
export interface Revision {
  readonly name: string;
  /** Null where the target does not know what content it runs; such a revision can never count as approved. */
  readonly digest: Digest | null;
  /** The version people know it by, where the target remembers it. */
  readonly version: string | null;
  readonly createdAt: string;
  /** Whether it could take traffic now, and the target's own words if not. */
  readonly ready: { readonly is: true } | { readonly is: false; readonly reason: string };
}

/** A share of a target's traffic; a tag gives a revision an address of its own whatever its percent. */
export interface TrafficShare {
  readonly revision: string;
  /** 0 to 100. */
  readonly percent: number;
  readonly tag?: string;
  readonly url?: string;
}

/** How a target is, with a sentence for people when it is not simply well. */
export type Health =
  | { readonly status: 'healthy' }
  | { readonly status: 'degraded' | 'unhealthy' | 'unknown'; readonly reason: string };

/** What a target is really doing, read from it and never remembered. */
export interface LiveState {
  /** Who takes traffic now, in percent; the sum is 100 unless nothing serves. */
  readonly traffic: readonly TrafficShare[];
  /** Revisions that still exist, newest first. */
  readonly revisions: readonly Revision[];
  readonly health: Health;
  readonly url: string | null;
  /**
   * Changes whenever what serves changes (traffic, serving artifact), and only then.
   * Plans carry it, so that a plan made for another live state is noticed.
   */
  readonly fingerprint: string;
  /** More for `/status`: replicas, head-room, warnings; shown as given. */
  readonly notes: readonly string[];
}

/** The revision with the largest untagged share of traffic: what really serves. */
export function servingRevision(live: LiveState): Revision | null {
  const untagged = live.traffic.filter((share) => share.tag === undefined && share.percent > 0);
  const shares = untagged.length > 0 ? untagged : live.traffic.filter((share) => share.percent > 0);
  const largest = [...shares].sort((a, b) => b.percent - a.percent)[0];
  return live.revisions.find((revision) => revision.name === largest?.revision) ?? null;
}
