import type { Logger } from 'pino';
import type { PendingPicture } from '../store/pictures.ts';
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
import { type Answer, learn } from './learn.ts';
import type { PacedCall, Pacing } from './pacing.ts';
import { sharePicture, uploadPicture } from './picture-calls.ts';
import { remedyFor } from './remedies.ts';

/** When the database is away, or a message turns out to be posted already. */
const STORE_PAUSE = 1_000;
const REFUSED_PAUSE = 600_000;
/** Slack posts a shared file a little after it was asked to: so long nobody may say that it did not. */
const SHARE_DELAY = 30_000;
const SHARE_LOOK_PAUSE = 3_000;

/** What the publisher keeps in PostgreSQL: functions of `store/publications.ts` and `store/pictures.ts`. */
export interface PublisherStore {
  pending(): Promise<readonly Pending[]>;
  markAttempt(key: string, at: Date): Promise<boolean>;
  unmarkAttempt(key: string): Promise<void>;
  recordSent(sent: {
    readonly key: string;
    readonly ts: string | null;
    readonly version: number;
  }): Promise<void>;
  recordReaction(key: string, reaction: string): Promise<void>;
  recordFailure(failed: {
    readonly key: string;
    readonly failure: string;
    readonly retryAt: Date;
  }): Promise<void>;
  readPicture(key: string): Promise<Uint8Array | null>;
  recordUpload(key: string, fileId: string): Promise<void>;
  discardUpload(key: string): Promise<void>;
  forgetPicture(key: string): Promise<void>;
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
  /** Sends files to where Slack wants them. */
  readonly fetch: typeof fetch;
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
    if (makesMessage(call) && !(await this.#mark(entry))) return 'new-message';
    const asked = entry.publication;
    const result = await this.#ask(asked, call);
    this.#options.observe({ call: call.kind, result: result.kind, priority: call.priority });
    switch (result.kind) {
      case 'done':
        return this.#learn(entry, call, { asked, value: result.value });
      case 'unsure':
        this.#options.log.warn({ publication: asked.key, error: result.error }, 'Slack did not answer');
        return 'unsure';
      case 'limited':
        this.#pacing.block(call, result.retryAfter);
        await this.#unmark(entry, call);
        return 'not-now';
      case 'refused':
        if (call.kind === 'share' && isFileGone(result.error)) await this.#discardUpload(entry);
        else await this.#unmark(entry, call);
        await this.#giveUp(entry, result.error);
        return 'not-now';
    }
  }

  #learn(entry: Entry, call: PacedCall, answer: Answer): SendResult {
    if (call.kind === 'find' && answer.value === null && this.#mayStillCome(answer.asked)) {
      this.#restUntil(entry, SHARE_LOOK_PAUSE);
      return 'not-now';
    }
    learn(entry, call, answer);
    return 'done';
  }

  #mayStillCome({ attemptedAt, picture }: Pending): boolean {
    if (picture === null || attemptedAt === null) return false;
    return this.#options.clock.now() - attemptedAt.getTime() < SHARE_DELAY;
  }

  async #ask(publication: Pending, call: PacedCall): Promise<CallResult<string | null>> {
    const { client, botUserId } = this.#options;
    const { channelId, picture, ts } = publication;
    switch (call.kind) {
      case 'post':
        return postMessage(client, publication);
      case 'find':
        return findMessage(client, publication, botUserId);
      case 'update':
        return updateMessage(client, publication, ts ?? '');
      case 'react':
        return addReaction(client, { channelId, ts: ts ?? '' }, missingReaction(publication) ?? '');
      case 'upload':
        return picture === null ? NO_PICTURE : this.#upload(publication.key, picture);
      case 'share':
        return picture === null ? NO_PICTURE : sharePicture(client, publication, picture);
    }
  }

  async #upload(key: string, picture: PendingPicture): Promise<CallResult<string>> {
    const png = await this.#options.store.readPicture(key);
    return png === null ? NO_PICTURE : uploadPicture(this.#options, picture, png);
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

  /** The file cannot be shared any more. It is still looked for, in case that it was shared before. */
  async #discardUpload(entry: Entry): Promise<void> {
    const { picture } = entry.publication;
    if (picture === null || picture.fileId === null) return;
    await this.#options.store.discardUpload(entry.publication.key);
    const pastFileIds = [...picture.pastFileIds, picture.fileId];
    entry.publication = { ...entry.publication, picture: { ...picture, fileId: null, pastFileIds } };
  }

  /** A post that was not taken leaves nothing to be looked for. */
  async #unmark(entry: Entry, call: PacedCall): Promise<void> {
    if (!makesMessage(call)) return;
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
    const { key, channelId, ts, sentVersion, reactionsAdded, picture } = entry.publication;
    const fileId = picture?.fileId ?? null;
    if (fileId !== null) await store.recordUpload(key, fileId);
    if (ts !== null || sentVersion > 0) await store.recordSent({ key, ts, version: sentVersion });
    if (picture !== null && sentVersion > 0) await store.forgetPicture(key);
    for (const reaction of reactionsAdded) await store.recordReaction(key, reaction);
    entry.unrecorded = false;
    if (entry.news !== null && ts !== null) onPosted({ key, channelId, ts, found: entry.news === 'found' });
    entry.news = null;
  }

  #restUntil(entry: Entry, milliseconds: number): void {
    entry.notBefore = this.#options.clock.now() + milliseconds;
  }
}

/** A call for a picture that has none, or whose bytes are gone: no fault of Slack's. */
const NO_PICTURE = { kind: 'refused', error: 'no_picture' } as const;

/** After these nobody knows whether there is a message, unless Slack answers. */
function makesMessage({ kind }: PacedCall): boolean {
  return kind === 'post' || kind === 'share';
}

function isFileGone(error: string): boolean {
  return error.startsWith('file_not_found');
}
