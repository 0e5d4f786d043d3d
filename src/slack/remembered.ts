import type { Clock } from './clock.ts';

/**
 * Remembers what a look-up found for a while; several at once are one. What failed, or found null or what is not to be
 * kept, is asked again each time.
 */
export class Remembered<T> {
  readonly #found = new Map<string, { readonly until: number; readonly value: Promise<T | null> }>();
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #keeps: (value: T) => boolean;

  constructor(clock: Clock, milliseconds: number, keeps: (value: T) => boolean = () => true) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#keeps = keeps;
  }

  get(key: string, find: () => Promise<T | null>): Promise<T | null> {
    const now = this.#clock.now();
    const known = this.#found.get(key);
    if (known !== undefined && known.until > now) return known.value;
    const value = find();
    this.#found.set(key, { until: now + this.#milliseconds, value });
    const forget = () => {
      if (this.#found.get(key)?.value === value) this.#found.delete(key);
    };
    value.then((found) => {
      if (found === null || !this.#keeps(found)) forget();
    }, forget);
    this.#tidy(now);
    return value;
  }

  #tidy(now: number): void {
    if (this.#found.size < 1_000) return;
    for (const [key, { until }] of this.#found) if (until <= now) this.#found.delete(key);
  }
}
