/** One request that must be answered as expected before a deploy counts as done. */
export interface HttpCheck {
  /** An absolute URL, or a path on the address that is being verified. */
  readonly http: string;
  /** The status that must come back. */
  readonly status: number;
  /** Attempts in a row that must succeed. */
  readonly successes: number;
  /** Milliseconds for one attempt. */
  readonly timeout: number;
}

/** How a check ended; `detail` is for people: “GET /health answered 503 (wanted 200), 3 of 5”. */
export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}

/** Sends checks to an address until they pass as often as they must, or one of them fails for good. */
export interface HttpChecker {
  run(request: {
    readonly checks: readonly HttpCheck[];
    /** Where paths are resolved: the tagged revision's URL, or the service's. */
    readonly baseUrl: string;
    /**
     * Milliseconds during which wrong answers are forgiven, until the first right one: an address that
     * was made a moment ago is not known everywhere at once. Nothing is forgiven when it is absent.
     */
    readonly settle?: number;
    /** The run rejects with its reason once it is aborted. */
    readonly signal: AbortSignal;
  }): Promise<CheckResult>;
}
