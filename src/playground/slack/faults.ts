import type { Clock } from './clock.ts';

/**
 * How a method misbehaves on purpose: a status instead of an answer, no answer at all (`hang`), or the work
 * done and its answer lost (`lose`).
 */
export interface Fault {
  /** A method's name, or `*` for all. */
  readonly method: string;
  readonly kind: 'ratelimited' | 'error' | 'hang' | 'lose';
  /** Seconds, for `ratelimited`. */
  readonly retryAfter: number;
  /** How many calls it hits. */
  readonly calls: number;
  /** Until when: milliseconds since 1970. */
  readonly until: number;
}

/** The faults that are switched on: levers for tests, never used by the page. */
export class Faults {
  #faults: readonly Fault[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(fault: Fault): void {
    this.#faults = [...this.#faults, fault];
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault that this call meets, which then has one call less to hit. */
  meet(method: string): Fault | undefined {
    const now = this.#clock.now();
    const live = this.#faults.filter(({ calls, until }) => calls > 0 && until > now);
    const met = live.find((fault) => fault.method === method || fault.method === '*');
    this.#faults = live.map((fault) => (fault === met ? { ...fault, calls: fault.calls - 1 } : fault));
    return met;
  }
}
