import type { Priority } from '../store/publications.ts';
import type { Clock } from './clock.ts';

/** What the publisher asks of Slack. */
export type CallKind = 'post' | 'update' | 'react' | 'find' | 'upload' | 'share';

/** How often a kind of call may be made. */
interface Rate {
  /** Milliseconds from call to call, in the long run. */
  readonly interval: number;
  /** How many may be made at once before the interval counts. */
  readonly burst: number;
  /** How many of those are kept for what goes first. */
  readonly reserve: number;
}

/**
 * Slack's limits (https://docs.slack.dev/apis/web-api/rate-limits), a little under them because calls
 * arrive less evenly than they leave: about one message a second in each channel, and some fifty calls a
 * minute of each method of tier 3, a hundred of tier 4, in the whole workspace. Sharing a file posts a message.
 */
const RATES: Readonly<Record<CallKind, Rate>> = {
  post: { interval: 1_100, burst: 3, reserve: 1 },
  update: { interval: 1_300, burst: 40, reserve: 10 },
  react: { interval: 1_300, burst: 40, reserve: 0 },
  find: { interval: 1_300, burst: 40, reserve: 10 },
  upload: { interval: 700, burst: 20, reserve: 5 },
  share: { interval: 700, burst: 20, reserve: 5 },
};

/** One message is not edited more often than this. */
const EDIT: Rate = { interval: 1_000, burst: 1, reserve: 0 };

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** One call that is about to be made. */
export interface PacedCall {
  readonly kind: CallKind;
  readonly channelId: string;
  readonly key: string;
  readonly priority: Priority;
}

/** Keeps calls under Slack's limits: a bucket of calls for each limit, refilled as time goes by. */
export class Pacing {
  readonly #buckets = new Map<string, Bucket>();
  readonly #blocked = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until the call may be made; 0 for now. */
  wait(call: PacedCall): number {
    const now = this.#clock.now();
    const waits = ratesOf(call).flatMap(([name, rate]) => [
      (this.#blocked.get(name) ?? 0) - now,
      this.#waitIn(name, rate, call.priority, now),
    ]);
    return Math.max(0, ...waits);
  }

  /** Counts a call that is made now. */
  take(call: PacedCall): void {
    const now = this.#clock.now();
    for (const [name, rate] of ratesOf(call)) {
      this.#buckets.set(name, { tokens: this.#tokens(name, rate, now) - 1, at: now });
    }
  }

  /** Slack said for how long it takes no more of this. */
  block(call: PacedCall, milliseconds: number): void {
    this.#blocked.set(limitOf(call), this.#clock.now() + milliseconds);
  }

  /** Forgets what no longer limits anything. */
  tidy(): void {
    const now = this.#clock.now();
    for (const [name, until] of this.#blocked) if (until <= now) this.#blocked.delete(name);
    for (const [name, { at }] of this.#buckets) {
      if (now - at > LONGEST_REFILL) this.#buckets.delete(name);
    }
  }

  #waitIn(name: string, rate: Rate, priority: Priority, now: number): number {
    const needed = 1 + (priority === 0 ? 0 : rate.reserve);
    return Math.max(0, Math.ceil((needed - this.#tokens(name, rate, now)) * rate.interval));
  }

  #tokens(name: string, rate: Rate, now: number): number {
    const bucket = this.#buckets.get(name) ?? { tokens: rate.burst, at: now };
    return Math.min(rate.burst, bucket.tokens + (now - bucket.at) / rate.interval);
  }
}

/** After this every bucket is full again. */
const LONGEST_REFILL = Math.max(...Object.values(RATES).map(({ interval, burst }) => interval * burst));

/** Posts are limited in each channel, all else in the workspace. */
function limitOf({ kind, channelId }: PacedCall): string {
  return kind === 'post' ? `post ${channelId}` : kind;
}

function ratesOf(call: PacedCall): readonly (readonly [string, Rate])[] {
  const limit = [limitOf(call), RATES[call.kind]] as const;
  if (call.kind === 'share') return [limit, [limitOf({ ...call, kind: 'post' }), RATES.post]];
  return call.kind === 'update' || call.kind === 'post' ? [limit, [`edit ${call.key}`, EDIT]] : [limit];
}
