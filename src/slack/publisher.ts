import { Backlog, type Entry } from './backlog.ts';
import { type PacedCall, Pacing } from './pacing.ts';
import type { PublishingTurn } from './publishing-turn.ts';
import { Sender, type SenderOptions } from './sender.ts';

/** Everything pending is read again so often, so that a notification that was missed loses nothing. */
const SWEEP = 5_000;
/** Readings follow one another no faster, however much is put. */
const LOAD_PAUSE = 50;
const UNREADABLE_PAUSE = 1_000;
/** A call of a publisher that has just lost its turn may still be on its way. */
const TAKEOVER_PAUSE = 2_000;
/** Failures in a row, of whatever messages, after which Slack itself is taken to be away. */
const OUTAGE_AFTER = 3;
const FIRST_OUTAGE_PAUSE = 1_000;
const LONGEST_OUTAGE_PAUSE = 10_000;
const FLUSH = 3_000;

export interface PublisherOptions extends SenderOptions {
  readonly turn: PublishingTurn;
}

/** Brings Slack to what the publications say, under Slack's limits: the only one that posts and edits. */
export interface Publisher {
  start(): void;
  /** How many publications Slack is behind with, as far as this process has read them. */
  backlog(): number;
  /** Sends what is pending for a few seconds at most, then stops. */
  stop(): Promise<void>;
}

export function createPublisher(options: PublisherOptions): Publisher {
  return new Reconciler(options);
}

class Reconciler implements Publisher {
  readonly #options: PublisherOptions;
  readonly #pacing: Pacing;
  readonly #backlog: Backlog;
  readonly #sender: Sender;
  readonly #underWay = new Set<Promise<void>>();
  #cancelPump: () => void = () => undefined;
  #cancelLoad: () => void = () => undefined;
  #loading = false;
  #loadAgain = false;
  #uncertainUntil = 0;
  #failuresInARow = 0;
  #awayUntil = 0;
  #stopped = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#pacing = new Pacing(options.clock);
    this.#backlog = new Backlog(options.clock, this.#pacing);
    this.#sender = new Sender(options, this.#pacing);
  }

  start(): void {
    this.#options.turn.start({
      gained: () => {
        this.#uncertainUntil = this.#options.clock.now() + TAKEOVER_PAUSE;
        this.#load();
      },
      lost: () => this.#backlog.clear(),
      told: () => this.#load(),
    });
  }

  backlog(): number {
    return this.#backlog.size;
  }

  async stop(): Promise<void> {
    const { clock, turn } = this.#options;
    const deadline = clock.now() + FLUSH;
    this.#load();
    while (this.#isBehind() && clock.now() < deadline) {
      await new Promise<void>((resolve) => clock.after(LOAD_PAUSE, resolve));
    }
    this.#stopped = true;
    this.#cancelPump();
    this.#cancelLoad();
    await Promise.all(this.#underWay);
    await turn.stop();
  }

  #isBehind(): boolean {
    return this.#options.turn.holds() && (this.#loading || this.#loadAgain || this.#backlog.size > 0);
  }

  /** Reads what is pending: now, or once the present reading has ended. */
  #load(): void {
    if (this.#stopped) return;
    if (this.#loading) {
      this.#loadAgain = true;
      return;
    }
    this.#loadIn(SWEEP);
    this.#loadAgain = false;
    if (!this.#options.turn.holds()) return;
    this.#loading = true;
    this.#track(this.#loadOnce());
  }

  async #loadOnce(): Promise<void> {
    const { log, store, turn } = this.#options;
    try {
      const pending = await store.pending();
      if (turn.holds()) this.#backlog.load(pending, this.#uncertainUntil);
      if (this.#loadAgain) this.#loadIn(LOAD_PAUSE);
    } catch (err) {
      log.warn({ err }, 'what is to be published cannot be read');
      this.#loadIn(UNREADABLE_PAUSE);
    }
    this.#loading = false;
    this.#pacing.tidy();
    this.#pump();
  }

  #loadIn(milliseconds: number): void {
    this.#cancelLoad();
    if (!this.#stopped) this.#cancelLoad = this.#options.clock.after(milliseconds, () => this.#load());
  }

  /** Makes every call that may be made now, and comes back when the next one may. */
  #pump(): void {
    this.#cancelPump();
    const { clock, turn } = this.#options;
    if (this.#stopped || !turn.holds()) return;
    const away = this.#awayUntil - clock.now();
    if (away > 0) {
      this.#pumpIn(away);
      return;
    }
    let next = this.#backlog.next();
    while (next.kind === 'call' || next.kind === 'record') {
      this.#begin(next.entry, next.kind === 'call' ? next.call : null);
      next = this.#backlog.next();
    }
    if (next.kind === 'wait') this.#pumpIn(next.milliseconds);
  }

  #pumpIn(milliseconds: number): void {
    this.#cancelPump = this.#options.clock.after(milliseconds, () => this.#pump());
  }

  #begin(entry: Entry, call: PacedCall | null): void {
    entry.busy = true;
    if (call !== null) this.#pacing.take(call);
    this.#track(this.#work(entry, call));
  }

  async #work(entry: Entry, call: PacedCall | null): Promise<void> {
    const result = await this.#sender.send(entry, call);
    entry.busy = false;
    if (result === 'unsure') this.#onUnsure(entry);
    else this.#onAnswer();
    if (result === 'new-message') this.#load();
    this.#pump();
  }

  #onAnswer(): void {
    if (this.#failuresInARow > 0) this.#backlog.retryAll();
    this.#failuresInARow = 0;
  }

  #onUnsure(entry: Entry): void {
    this.#backlog.postpone(entry);
    this.#failuresInARow += 1;
    const beyond = this.#failuresInARow - OUTAGE_AFTER;
    if (beyond < 0) return;
    const pause = Math.min(LONGEST_OUTAGE_PAUSE, FIRST_OUTAGE_PAUSE * 2 ** beyond);
    this.#awayUntil = this.#options.clock.now() + pause;
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}
