/** Time, for whatever waits: the machine's, or a test's. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Does the work once, so many milliseconds from now, unless it is cancelled before. */
  after(milliseconds: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
};
