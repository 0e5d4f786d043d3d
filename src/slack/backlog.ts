import type { PendingPicture } from '../store/pictures.ts';
import type { Pending } from './calls.ts';
import type { Clock } from './clock.ts';
import type { CallKind, PacedCall, Pacing } from './pacing.ts';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;

/** One publication that Slack is behind with, and what has been learnt of it since it was read. */
export interface Entry {
  publication: Pending;
  /** A call for it is under way. */
  busy: boolean;
  /** Slack has done something that the store does not know yet. */
  unrecorded: boolean;
  /** Its message has become known, which is still to be told. */
  news: 'posted' | 'found' | null;
  /** Not before this, in milliseconds since 1970. */
  notBefore: number;
  /** Calls in a row that failed. */
  failures: number;
  /** Slack does not take it: what comes after it in its thread need not wait. */
  stuck: boolean;
}

/** The call to be made next, or how long nothing can be done. */
export type Next =
  | { readonly kind: 'call'; readonly entry: Entry; readonly call: PacedCall }
  | { readonly kind: 'record'; readonly entry: Entry }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'nothing' };

/** What is to be sent, and what of it goes next. */
export class Backlog {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  readonly #pacing: Pacing;

  constructor(clock: Clock, pacing: Pacing) {
    this.#clock = clock;
    this.#pacing = pacing;
  }

  /** How many publications Slack is behind with. */
  get size(): number {
    return [...this.#entries.values()].filter(hasWork).length;
  }

  /**
   * Takes what the store said was pending, in its order. It may be older than what is known here, so an
   * entry is only forgotten when a later reading does not name it.
   */
  load(pending: readonly Pending[], uncertainUntil: number): void {
    const before = new Map(this.#entries);
    this.#entries.clear();
    for (const publication of pending) {
      const known = before.get(publication.key);
      before.delete(publication.key);
      this.#entries.set(
        publication.key,
        known ? renew(known, publication) : fresh(publication, uncertainUntil),
      );
    }
    for (const [key, entry] of before) if (entry.busy || entry.unrecorded) this.#entries.set(key, entry);
  }

  /** Forgets all but what is under way, of which nobody else can know. */
  clear(): void {
    for (const [key, entry] of this.#entries) {
      if (!entry.busy && !entry.unrecorded) this.#entries.delete(key);
    }
  }

  /** Puts an entry off, for longer each time. */
  postpone(entry: Entry): void {
    entry.failures += 1;
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (entry.failures - 1));
    entry.notBefore = this.#clock.now() + pause;
  }

  /** Slack is back: what was put off need not wait any longer. */
  retryAll(): void {
    for (const entry of this.#entries.values()) if (entry.failures > 0 && !entry.stuck) entry.notBefore = 0;
  }

  /**
   * The first thing that may be done now: by priority, then by age; within a thread in order. In each
   * channel one call is under way at a time, and one more for what goes first.
   */
  next(): Next {
    const lanes = new Set([...this.#entries.values()].filter(({ busy }) => busy).map(laneOf));
    const threads = new Set<string>();
    let shortest = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      const need = this.#needOf(entry, lanes, threads);
      if (need === null) continue;
      const paced = need.kind === 'call' ? this.#pacing.wait(need.call) : 0;
      const milliseconds = Math.max(entry.notBefore - this.#clock.now(), paced);
      if (milliseconds <= 0) return need;
      shortest = Math.min(shortest, milliseconds);
    }
    return shortest === Number.POSITIVE_INFINITY
      ? { kind: 'nothing' }
      : { kind: 'wait', milliseconds: shortest };
  }

  #needOf(
    entry: Entry,
    lanes: ReadonlySet<string>,
    threads: Set<string>,
  ): Exclude<Next, { kind: 'wait' | 'nothing' }> | null {
    const { channelId, key, priority, sentVersion, threadTs, ts } = entry.publication;
    const thread = `${channelId} ${threadTs}`;
    const isNewReply = threadTs !== null && ts === null && sentVersion === 0;
    const waitsForEarlier = isNewReply && threads.has(thread);
    if (isNewReply && !entry.stuck) threads.add(thread);
    if (entry.busy || waitsForEarlier) return null;
    if (entry.unrecorded) return { kind: 'record', entry };
    const kind = neededCall(entry.publication);
    if (kind === null || lanes.has(laneOf(entry))) return null;
    return { kind: 'call', entry, call: { kind, channelId, key, priority } };
  }
}

/** What Slack must be asked next for a publication; null when it shows all that it should. */
export function neededCall(publication: Pending): CallKind | null {
  const { ts, attemptedAt, version, sentVersion, picture } = publication;
  if (picture !== null) return sentVersion > 0 ? null : neededForPicture(picture, attemptedAt);
  if (ts === null) return attemptedAt === null ? 'post' : 'find';
  if (sentVersion < version) return 'update';
  return missingReaction(publication) === undefined ? null : 'react';
}

function neededForPicture({ fileId }: PendingPicture, attemptedAt: Date | null): CallKind {
  if (attemptedAt !== null) return 'find';
  return fileId === null ? 'upload' : 'share';
}

/** The next reaction that the bot has to add. */
export function missingReaction({ reactions, reactionsAdded }: Pending): string | undefined {
  return reactions.find((reaction) => !reactionsAdded.includes(reaction));
}

function hasWork(entry: Entry): boolean {
  return entry.busy || entry.unrecorded || neededCall(entry.publication) !== null;
}

function fresh(publication: Pending, uncertainUntil: number): Entry {
  const uncertain = publication.ts === null && publication.attemptedAt !== null;
  const notBefore = uncertain ? uncertainUntil : 0;
  return { publication, busy: false, unrecorded: false, news: null, notBefore, failures: 0, stuck: false };
}

/** What is learnt from Slack is written after it is known here, so the store may be behind. */
function renew(known: Entry, stored: Pending): Entry {
  const { publication } = known;
  const isNew = stored.version > publication.version;
  known.publication = {
    ...stored,
    ts: publication.ts ?? stored.ts,
    sentVersion: Math.max(publication.sentVersion, stored.sentVersion),
    reactionsAdded: [...new Set([...stored.reactionsAdded, ...publication.reactionsAdded])],
    attemptedAt: publication.attemptedAt ?? stored.attemptedAt,
    picture: publication.picture ?? stored.picture,
  };
  if (isNew && known.stuck) {
    known.stuck = false;
    known.notBefore = 0;
    known.failures = 0;
  }
  return known;
}

function laneOf({ publication: { channelId, priority } }: Entry): string {
  return `${channelId} ${priority === 0 ? 'first' : 'rest'}`;
}
