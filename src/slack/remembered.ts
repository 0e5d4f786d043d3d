import type { Clock } from './clock.ts';

/** For how many milliseconds something is remembered that is not there, or that could not be asked. */
interface Otherwise {
  readonly missing: number;
  readonly failed: number;
}

/**
 * Remembers what a look-up found for a while; several at once are one. What failed, or found null, is
 * asked again each time, unless that is to be remembered too.
 */
export class Remembered<T> {
  readonly #found = new Map<string, { readonly until: number; readonly value: Promise<T | null> }>();
  readonly #clock: Clock;
  readonly #milliseconds: number;
  readonly #otherwise: Otherwise;

  constructor(clock: Clock, milliseconds: number, otherwise: Otherwise = { missing: 0, failed: 0 }) {
    this.#clock = clock;
    this.#milliseconds = milliseconds;
    this.#otherwise = otherwise;
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
    value.then(
      (found) => {
        if (found === null) keepFor(this.#otherwise.missing);
      },
      () => keepFor(this.#otherwise.failed),
    );
    this.#tidy(now);
    return value;
  }

  #tidy(now: number): void {
    if (this.#found.size < 1_000) return;
    for (const [key, { until }] of this.#found) if (until <= now) this.#found.delete(key);
  }
}
