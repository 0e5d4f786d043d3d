/**
 * How a rollout stands, by the rules of `kubectl rollout status` (kubectl/pkg/polymorphichelpers/rollout_status.go), but
 * for one: a Deployment's controller leaves a deadline that was exceeded on it until the next rollout gets on or is over,
 * and that says nothing of the next one.
 */
export type RolloutState =
  | { readonly state: 'waiting' | 'done' | 'failed'; readonly message: string }
  /** Somebody has stopped it; it goes on when it is resumed. */
  | { readonly state: 'paused'; readonly message: string };
