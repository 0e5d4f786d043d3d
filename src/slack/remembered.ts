import type { Clock } from './clock.ts';

interface Rules<T> {
  /** Milliseconds for which it is remembered that there is none; 0 when absent. */
  readonly missing?: number;
  /** Milliseconds for which a failure is remembered; 0 when absent. */
  readonly failed?: number;
  /** Whether what was found is to be kept; everything is when absent. */
  readonly keeps?: (found: T) => boolean;
}

/**
 * Remembers what a look-up found for a while; several at once are one. What failed, or found null or what is not to be
 * kept, is asked again each time, unless that is to be remembered too.
 */
export class Remembered<T> {
  readonly #found = new Map<string, { readonly until: number; readonly value: Promise<T | null> }>();
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #rules: Rules<T>;

  constructor(clock: Clock, milliseconds: number, rules: Rules<T> = {}) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#rules = rules;
  }

  get(key: string, find: () => Promise<T | null>): Promise<T | null> {
    const now = this.#clock.now();
    const known = this.#found.get(key);
    if (known !== undefined && known.until > now) return known.value;
    const value = find();
    this.#found.set(key, { until: now + this.#milliseconds, value });
    const keepFor = (milliseconds: number) => {
      const until = this.#clock.now() + milliseconds;
      if (this.#found.get(key)?.value === value) this.#found.set(key, { until, value });
    };
    const { missing = 0, failed = 0, keeps = () => true } = this.#rules;
    value.then(
      (found) => {
        if (found === null) keepFor(missing);
        else if (!keeps(found)) keepFor(0);
      },
      () => keepFor(failed),
    );
    this.#tidy(now);
    return value;
  }

  #tidy(now: number): void {
    if (this.#found.size < 1_000) return;
    for (const [key, { until }] of this.#found) if (until <= now) this.#found.delete(key);
  }
}
