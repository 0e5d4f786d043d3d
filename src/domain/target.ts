/** A target by the words people use for it: one service in one environment. */
export interface TargetRef {
  readonly service: string;
  readonly environment: string;
}

/** The key under which a target is locked, stored and looked up: `api/production`. */
export function targetKey(target: TargetRef): string {
  return `${target.service}/${target.environment}`;
}
