import type { Verdict } from '../../src/domain/verdict.ts';

/** A revision that is looked at, and where it answers by itself; null where it has no such address. */
export interface RevisionUnderAnalysis {
  readonly revision: string;
  readonly url: string | null;
}

export interface AnalysisRequest {
  readonly service: string;
  readonly canary: RevisionUnderAnalysis;
  readonly baseline: RevisionUnderAnalysis;
  /** Milliseconds up to now that are looked at, by sources that remember. */
  readonly window: number;
  /** The look rejects with its reason once it is aborted. */
  readonly signal: AbortSignal;
}

/** Something that can judge a canary by what it measures. */
export interface AnalysisProvider {
  /** Tells it from the others of its canary: `probe /health`. */
  readonly name: string;
  /** Looks once. Rejects only for faults and when aborted; a source that is away is `unavailable`. */
  judge(request: AnalysisRequest): Promise<Verdict>;
}
