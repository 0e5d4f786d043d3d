/** What analysis may say of a canary, worst first: of several verdicts the worst counts. */
export const VERDICT_KINDS = ['fail', 'unavailable', 'no-data', 'pass'] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

/** One thing measured at one look. */
export interface Measurement {
  readonly name: string;
  /** Null where nothing was measured; so are values that are not finite. */
  readonly canary: number | null;
  readonly baseline: number | null;
  /** The limit that the canary was held to at this look; null when there is none. */
  readonly limit: number | null;
  /** `ratio`: 0 to 1, shown as percent. */
  readonly unit: 'ratio' | 'ms' | 'number';
}

/** What analysis says of a canary at one look. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence for people. */
  readonly detail: string;
  readonly measurements: readonly Measurement[];
  /** Requests of the canary that were looked at; 0 where the source does not count them. */
  readonly samples: number;
  /** Sentences that are told and change nothing. */
  readonly warnings: readonly string[];
}

/** The worst of several kinds; `pass` when there are none. */
export function worstOf(kinds: readonly VerdictKind[]): VerdictKind {
  return VERDICT_KINDS.find((kind) => kinds.includes(kind)) ?? 'pass';
}
