import type { Clock } from './clock.ts';

export interface Rate {
  readonly perMinute: number;
  /** How many calls may come at once before the rate counts. */
  readonly burst: number;
}

/**
 * Slack's classes of methods (https://docs.slack.dev/apis/web-api/rate-limits). `posting` is counted per
 * channel, all others per method.
 */
export const TIERS = ['tier1', 'tier2', 'tier3', 'tier4', 'posting', 'special'] as const;
export type Tier = (typeof TIERS)[number];

interface Bucket {
  readonly tokens: number;
  /** Milliseconds since 1970 at which `tokens` was right. */
  readonly at: number;
}

/** Counts calls against their rates: a bucket of `burst` calls that refills at the rate. */
export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();
  readonly #rates: Readonly<Record<Tier, Rate>>;
  readonly #clock: Clock;

  constructor(rates: Readonly<Record<Tier, Rate>>, clock: Clock) {
    this.#rates = rates;
    this.#clock = clock;
  }

  /** Takes one call. Returns 0 when it may go, else how many whole seconds to wait. */
  take(tier: Tier, key: string): number {
    const { perMinute, burst } = this.#rates[tier];
    const now = this.#clock.now();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * perMinute) / 60_000);
    const allowed = tokens >= 1;
    this.#buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed ? 0 : Math.max(1, Math.ceil(((1 - tokens) * 60) / perMinute));
  }
}
