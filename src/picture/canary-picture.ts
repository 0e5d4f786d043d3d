/** What a canary's picture shows. Times are milliseconds since 1970. */
export interface CanaryPicture {
  readonly title: string;
  readonly samples: readonly CanarySample[];
  /** The moments at which the canary was given a share of traffic, in percent. */
  readonly steps: readonly { readonly at: number; readonly percent: number }[];
  /** What must not be exceeded: a ratio from 0 to 1, and milliseconds. */
  readonly thresholds: { readonly errorRate: number | null; readonly p95: number | null };
  /** When it ended and in a word how; null while it runs. */
  readonly end: { readonly at: number; readonly word: string } | null;
}

/** One look at both. Error rates are ratios from 0 to 1, p95 is milliseconds; null is no data. */
export interface CanarySample {
  readonly at: number;
  readonly canaryErrorRate: number | null;
  readonly baselineErrorRate: number | null;
  readonly canaryP95: number | null;
  readonly baselineP95: number | null;
}
