import type { Logger } from 'pino';
import type { Priority } from '../store/publications.ts';
import { type Entry, missingReaction } from './backlog.ts';
import {
  addReaction,
  type CallResult,
  findMessage,
  type Pending,
  type PublishingClient,
  postMessage,
  updateMessage,
} from './calls.ts';
import type { Clock } from './clock.ts';
import type { PacedCall, Pacing } from './pacing.ts';
import { remedyFor } from './remedies.ts';

/** When the database is away, or a message turns out to be posted already. */
const STORE_PAUSE = 1_000;
const REFUSED_PAUSE = 600_000;

/** What the publisher keeps in PostgreSQL: functions of `store/publications.ts`. */
export interface PublisherStore {
  pending(): Promise<readonly Pending[]>;
  markAttempt(key: string, at: Date): Promise<boolean>;
  unmarkAttempt(key: string): Promise<void>;
  recordSent(sent: { readonly key: string; readonly ts: string; readonly version: number }): Promise<void>;
  recordReaction(key: string, reaction: string): Promise<void>;
  recordFailure(failed: {
    readonly key: string;
    readonly failure: string;
    readonly retryAt: Date;
  }): Promise<void>;
}

/** One call to Slack and how it ended, for whoever counts them. */
export interface ObservedCall {
  readonly call: PacedCall['kind'];
  readonly result: CallResult<unknown>['kind'];
  readonly priority: Priority;
}

/** A message of which Slack's ts has become known. */
export interface PostedMessage {
  readonly key: string;
  readonly channelId: string;
  readonly ts: string;
  /** Its reply had been lost and it was looked for: people may have reacted to it meanwhile. */
  readonly found: boolean;
}

export interface SenderOptions {
  readonly client: PublishingClient;
  readonly botUserId: string;
  readonly store: PublisherStore;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly observe: (call: ObservedCall) => void;
  readonly onPosted: (message: PostedMessage) => void;
}

/** How a turn at an entry ended; `new-message` means that replies to it may follow. */
export type SendResult = 'done' | 'new-message' | 'unsure' | 'not-now';

/** Makes one call for one publication, and writes down what it did: before a post, and after everything. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #pacing: Pacing;

  constructor(options: SenderOptions, pacing: Pacing) {
    this.#options = options;
    this.#pacing = pacing;
  }

  /** Makes the call, if there is one, and records what is unrecorded. Never rejects. */
  async send(entry: Entry, call: PacedCall | null): Promise<SendResult> {
    const before = entry.publication.ts;
    try {
      const result = call === null ? 'done' : await this.#call(entry, call);
      if (entry.unrecorded) await this.#record(entry);
      return result === 'done' && before !== entry.publication.ts ? 'new-message' : result;
    } catch (err) {
      const { key } = entry.publication;
      this.#options.log.warn({ err, publication: key }, 'a publication waits for the database');
      this.#restUntil(entry, STORE_PAUSE);
      return 'not-now';
    }
  }

  async #call(entry: Entry, call: PacedCall): Promise<SendResult> {
    if (call.kind === 'post' && !(await this.#mark(entry))) return 'new-message';
    const asked = entry.publication;
    const result = await this.#ask(asked, call);
    this.#options.observe({ call: call.kind, result: result.kind, priority: call.priority });
    switch (result.kind) {
      case 'done':
        learn(entry, call, { asked, value: result.value });
        return 'done';
      case 'unsure':
        this.#options.log.warn({ publication: asked.key, error: result.error }, 'Slack did not answer');
        return 'unsure';
      case 'limited':
        this.#pacing.block(call, result.retryAfter);
        await this.#unmark(entry, call);
        return 'not-now';
      case 'refused':
        await this.#unmark(entry, call);
        await this.#giveUp(entry, result.error);
        return 'not-now';
    }
  }

  #ask(publication: Pending, call: PacedCall): Promise<CallResult<string | null>> {
    const { client, botUserId } = this.#options;
    const { channelId, ts } = publication;
    switch (call.kind) {
      case 'post':
        return postMessage(client, publication);
      case 'find':
        return findMessage(client, publication, botUserId);
      case 'update':
        return updateMessage(client, publication, ts ?? '');
      case 'react':
        return addReaction(client, { channelId, ts: ts ?? '' }, missingReaction(publication) ?? '');
    }
  }

  /** Writes down that the message is about to be posted; false if it turns out to be there. */
  async #mark(entry: Entry): Promise<boolean> {
    const at = new Date(this.#options.clock.now());
    if (await this.#options.store.markAttempt(entry.publication.key, at)) {
      entry.publication = { ...entry.publication, attemptedAt: at };
      return true;
    }
    this.#restUntil(entry, STORE_PAUSE);
    return false;
  }

  /** A post that was not taken leaves nothing to be looked for. */
  async #unmark(entry: Entry, call: PacedCall): Promise<void> {
    if (call.kind !== 'post') return;
    await this.#options.store.unmarkAttempt(entry.publication.key);
    entry.publication = { ...entry.publication, attemptedAt: null };
  }

  async #giveUp(entry: Entry, failure: string): Promise<void> {
    const { log, store } = this.#options;
    const { key, channelId } = entry.publication;
    const remedy = remedyFor(failure);
    log.error({ publication: key, channelId, failure, remedy }, 'Slack refuses a publication');
    entry.stuck = true;
    this.#restUntil(entry, REFUSED_PAUSE);
    await store.recordFailure({ key, failure, retryAt: new Date(entry.notBefore) });
  }

  async #record(entry: Entry): Promise<void> {
    const { store, onPosted } = this.#options;
    const { key, channelId, ts, sentVersion, reactionsAdded } = entry.publication;
    if (ts === null) return;
    await store.recordSent({ key, ts, version: sentVersion });
    for (const reaction of reactionsAdded) await store.recordReaction(key, reaction);
    entry.unrecorded = false;
    if (entry.news === null) return;
    onPosted({ key, channelId, ts, found: entry.news === 'found' });
    entry.news = null;
  }

  #restUntil(entry: Entry, milliseconds: number): void {
    entry.notBefore = this.#options.clock.now() + milliseconds;
  }
}

/** What a call that was done says about its publication. A message that was found may say something old. */
function learn(
  entry: Entry,
  { kind }: PacedCall,
  { asked, value }: { readonly asked: Pending; readonly value: string | null },
): void {
  const { publication } = entry;
  entry.failures = 0;
  entry.stuck = false;
  if (value === null) {
    entry.publication = { ...publication, attemptedAt: null };
    return;
  }
  entry.unrecorded = true;
  if (kind === 'react') {
    entry.publication = { ...publication, reactionsAdded: [...publication.reactionsAdded, value] };
    return;
  }
  if (kind === 'post') entry.news = 'posted';
  if (kind === 'find') entry.news = 'found';
  const sentVersion = kind === 'find' ? publication.sentVersion : asked.version;
  entry.publication = { ...publication, ts: value, sentVersion };
}
