import type { TargetRef } from '../../src/domain/target.ts';

/** What a run of ours is for. Its title holds it, so that GitHub itself remembers what was deployed where. */
export interface Marker {
  readonly target: TargetRef;
  /** The operation's step that began it: `op-3k9x/run-workflow`. */
  readonly key: string;
  readonly commit: string;
  readonly version: string;
}

const MARKER =
  /(?:^|[\s[(])slipway:([a-z0-9._-]+)\/([a-z0-9._-]+):([\w.-]+\/[\w-]+):([0-9a-f]{40}):([A-Za-z0-9._/+-]{1,128})(?=$|[\s\])])/;

/** `slipway:api/production:op-3k9x/run-workflow:3f2a…:v1.2.0`: the value of the correlating input. */
export function markerText({ target, key, commit, version }: Marker): string {
  return `slipway:${target.service}/${target.environment}:${key}:${commit}:${version}`;
}

/** What a title says of us; null for the runs of others. */
export function readMarker(title: string): Marker | null {
  const [, service, environment, key, commit, version] = MARKER.exec(title) ?? [];
  if (service === undefined || environment === undefined) return null;
  if (key === undefined || commit === undefined || version === undefined) return null;
  return { target: { service, environment }, key, commit, version };
}
