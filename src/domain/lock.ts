/** What a lock closes: everything, an environment, a service, or one target. */
export type LockScope =
  | { readonly kind: 'everything' }
  | { readonly kind: 'environment'; readonly environment: string }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'target'; readonly service: string; readonly environment: string };

/** A target (or service, environment, everything) closed to operations. */
export interface Lock {
  readonly scope: LockScope;
  readonly holder:
    | { readonly kind: 'operation'; readonly operationId: string }
    | { readonly kind: 'person'; readonly userId: string };
  readonly reason: string;
  readonly since: Date;
  /** When it opens by itself; null until somebody opens it. */
  readonly until: Date | null;
}

/** The scope as one text, unique among locks: `everything`, `environment:production`, `target:api/production`. */
export function lockKey(scope: LockScope): string {
  switch (scope.kind) {
    case 'everything':
      return 'everything';
    case 'environment':
      return `environment:${scope.environment}`;
    case 'service':
      return `service:${scope.service}`;
    case 'target':
      return `target:${scope.service}/${scope.environment}`;
  }
}
