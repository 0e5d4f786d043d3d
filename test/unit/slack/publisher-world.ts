import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import type { Pending, PublishingClient } from '../../../src/slack/calls.ts';
import type { Clock } from '../../../src/slack/clock.ts';
import { createPublisher, type Publisher } from '../../../src/slack/publisher.ts';
import type { PublishingTurn, TurnEvents } from '../../../src/slack/publishing-turn.ts';
import type { ObservedCall, PostedMessage, PublisherStore } from '../../../src/slack/sender.ts';
import type { PendingPicture } from '../../../src/store/pictures.ts';
import type { Priority } from '../../../src/store/publications.ts';

export const BOT = 'U0BOT';

/** A clock that moves when a test says so. */
export class TestClock implements Clock {
  #now = Date.parse('2026-08-01T10:00:00Z');
  #timers: { readonly at: number; readonly work: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, milliseconds), work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (let timer = this.#nextBefore(end); timer !== undefined; timer = this.#nextBefore(end)) {
      this.#timers = this.#timers.filter((other) => other !== timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.work();
      await settle();
    }
    this.#now = end;
  }

  #nextBefore(end: number) {
    return this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
  }
}

/** Lets everything that waits for nothing but its turn go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export interface PutRequest {
  readonly channelId?: string;
  readonly text: string;
  readonly priority?: Priority;
  readonly threadTs?: string;
  readonly reactions?: readonly string[];
  /** The file's name, for a picture. */
  readonly picture?: string;
}

/** What PostgreSQL keeps, in memory; `away` makes every call to it fail. */
export class TestStore implements PublisherStore {
  readonly rows = new Map<string, Pending>();
  away = false;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(key: string, request: PutRequest): void {
    const before = this.rows.get(key);
    const content = { text: request.text, blocks: [] };
    if (before !== undefined) {
      this.rows.set(key, { ...before, content, version: before.version + 1, failure: null, retryAt: null });
      return;
    }
    this.rows.set(key, {
      key,
      content,
      channelId: request.channelId ?? 'C1',
      threadTs: request.threadTs ?? null,
      priority: request.priority ?? 0,
      version: 1,
      sentVersion: 0,
      reactions: request.reactions ?? [],
      reactionsAdded: [],
      ts: null,
      attemptedAt: null,
      failure: null,
      retryAt: null,
      picture: request.picture === undefined ? null : pictureNamed(request.picture),
    });
  }

  async pending(): Promise<readonly Pending[]> {
    this.#answer();
    const now = this.#clock.now();
    return [...this.rows.values()]
      .filter(({ retryAt }) => retryAt === null || retryAt.getTime() <= now)
      .filter((row) => row.sentVersion < row.version || row.reactionsAdded.length < row.reactions.length)
      .sort((one, other) => one.priority - other.priority);
  }

  async markAttempt(key: string, at: Date): Promise<boolean> {
    if (this.#row(key).ts !== null) return false;
    this.#change(key, { attemptedAt: at });
    return true;
  }

  async unmarkAttempt(key: string): Promise<void> {
    this.#change(key, { attemptedAt: null });
  }

  async recordSent({ key, ts, version }: { key: string; ts: string | null; version: number }): Promise<void> {
    this.#change(key, { ts, sentVersion: version });
  }

  async recordReaction(key: string, reaction: string): Promise<void> {
    const { reactionsAdded } = this.#row(key);
    if (!reactionsAdded.includes(reaction))
      this.#change(key, { reactionsAdded: [...reactionsAdded, reaction] });
  }

  async recordFailure({
    key,
    failure,
    retryAt,
  }: {
    key: string;
    failure: string;
    retryAt: Date;
  }): Promise<void> {
    this.#change(key, { failure, retryAt });
  }

  async readPicture(key: string): Promise<Uint8Array | null> {
    return this.#row(key).picture === null ? null : Buffer.from('png');
  }

  async recordUpload(key: string, fileId: string): Promise<void> {
    const { picture } = this.#row(key);
    if (picture !== null) this.#change(key, { picture: { ...picture, fileId } });
  }

  async discardUpload(key: string): Promise<void> {
    const { picture } = this.#row(key);
    if (picture === null || picture.fileId === null) return;
    const pastFileIds = [...picture.pastFileIds, picture.fileId];
    this.#change(key, { picture: { ...picture, fileId: null, pastFileIds } });
  }

  async forgetPicture(key: string): Promise<void> {
    this.#row(key);
  }

  #change(key: string, change: Partial<Pending>): void {
    this.rows.set(key, { ...this.#row(key), ...change });
  }

  #row(key: string): Pending {
    this.#answer();
    const row = this.rows.get(key);
    if (row === undefined) throw new Error(`${key} was never put`);
    return row;
  }

  #answer(): void {
    if (this.away) throw new Error('the database is away');
  }
}

function pictureNamed(filename: string): PendingPicture {
  return { filename, title: filename, alt: `what ${filename} shows`, fileId: null, pastFileIds: [] };
}

export type Fault =
  | { readonly kind: 'limited'; readonly seconds: number }
  | { readonly kind: 'error' }
  | { readonly kind: 'refused'; readonly error: string }
  /** Done, but the answer is lost. */
  | { readonly kind: 'lost' };

export interface SlackCall {
  readonly method: 'post' | 'update' | 'react' | 'find' | 'upload' | 'share';
  readonly channel: string;
  readonly text: string;
  /** Seconds since the test began. */
  readonly at: number;
}

interface SlackMessage {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs: string | undefined;
  readonly key: string;
  text: string;
  readonly reactions: string[];
  readonly fileIds: readonly string[];
}

/** As much of Slack as the publisher uses; `fault` decides what goes wrong. */
export class TestSlack {
  readonly calls: SlackCall[] = [];
  readonly messages: SlackMessage[] = [];
  fault: (call: SlackCall) => Fault | null = () => null;
  /** How long Slack takes to post a shared file, in milliseconds. */
  shareDelay = 0;
  #files = 0;
  readonly #clock: Clock;
  readonly #began: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#began = clock.now();
  }

  readonly client: PublishingClient = {
    chat: {
      postMessage: async (args) => {
        const { channel, text = '', metadata, thread_ts } = parse(args);
        return this.#answer('post', channel, text, () => {
          const key = String(metadata?.event_payload?.key);
          const ts = this.#post({ channel, threadTs: thread_ts, key, text, reactions: [], fileIds: [] });
          return { ok: true, ts };
        });
      },
      update: async (args) => {
        const { channel, text = '', ts } = parse(args);
        return this.#answer('update', channel, text, () => {
          const message = this.messages.find((each) => each.ts === ts);
          if (message !== undefined) message.text = text;
          return { ok: true };
        });
      },
      postEphemeral: async () => ({ ok: true }),
    },
    reactions: {
      add: async (args) => {
        const { channel, name = '', timestamp } = parse(args);
        return this.#answer('react', channel, name, () => {
          this.messages.find((each) => each.ts === timestamp)?.reactions.push(name);
          return { ok: true };
        });
      },
    },
    conversations: {
      history: async (args) => this.#find(parse(args).channel, undefined),
      replies: async (args) => this.#find(parse(args).channel, parse(args).ts),
    },
    files: {
      getUploadURLExternal: async ({ filename }) =>
        this.#answer('upload', '', filename, () => {
          this.#files += 1;
          return { ok: true, upload_url: `https://files/${this.#files}`, file_id: `F${this.#files}` };
        }),
      completeUploadExternal: async (args) => {
        const { channel_id: channel = '', thread_ts: threadTs, initial_comment: text = '', files } = args;
        return this.#answer('share', channel, text, () => {
          const fileIds = files.map(({ id }) => id);
          const post = () => this.#post({ channel, threadTs, key: '', text, reactions: [], fileIds });
          if (this.shareDelay === 0) post();
          else this.#clock.after(this.shareDelay, post);
          return { ok: true };
        });
      },
    },
  };

  /** What the first address for bytes does instead of taking them. */
  onceAtUpload: (() => Promise<Response>) | null = null;

  /** Takes the bytes of a file. */
  readonly fetch: typeof globalThis.fetch = async () => {
    const answer = this.onceAtUpload;
    this.onceAtUpload = null;
    return answer === null ? new Response('OK') : answer();
  };

  text(key: string): string | undefined {
    return this.messages.find((message) => message.key === key)?.text;
  }

  #post(message: Omit<SlackMessage, 'ts'>): string {
    const ts = `${this.#clock.now() / 1000}.${String(this.messages.length).padStart(6, '0')}`;
    this.messages.push({ ...message, ts });
    return ts;
  }

  #find(channel: string, threadTs: string | undefined) {
    return this.#answer('find', channel, '', () => ({
      ok: true,
      messages: this.messages
        .filter((message) => message.channel === channel && message.threadTs === threadTs)
        .map(({ ts, key, fileIds }) => ({
          ts,
          user: BOT,
          files: fileIds.map((id) => ({ id })),
          metadata: { event_type: 'slipway', event_payload: { key } },
        })),
    }));
  }

  #answer<T>(method: SlackCall['method'], channel: string, text: string, work: () => T): T {
    const call = { method, channel, text, at: (this.#clock.now() - this.#began) / 1000 };
    this.calls.push(call);
    const fault = this.fault(call);
    if (fault === null) return work();
    if (fault.kind === 'limited') throw new WebAPIRateLimitedError(fault.seconds);
    if (fault.kind === 'refused') throw new WebAPIPlatformError({ ok: false, error: fault.error });
    if (fault.kind === 'lost') work();
    throw new WebAPIHTTPError(500, 'Internal Server Error', {});
  }
}

/** The arguments that the fake reads, whatever overload they come by. */
interface Arguments {
  readonly channel: string;
  readonly text?: string;
  readonly ts?: string;
  readonly thread_ts?: string;
  readonly name?: string;
  readonly timestamp?: string;
  readonly metadata?: { readonly event_payload?: { readonly key?: unknown } };
}

function parse(args: unknown): Arguments {
  const parsed: Arguments = JSON.parse(JSON.stringify(args));
  return parsed;
}

export class TestTurn implements PublishingTurn {
  held = true;
  events: TurnEvents | null = null;

  start(events: TurnEvents): void {
    this.events = events;
    if (this.held) events.gained();
  }

  holds(): boolean {
    return this.held;
  }

  async stop(): Promise<void> {
    this.held = false;
  }
}

export interface World {
  readonly clock: TestClock;
  readonly store: TestStore;
  readonly slack: TestSlack;
  readonly turn: TestTurn;
  readonly publisher: Publisher;
  readonly observed: ObservedCall[];
  readonly posted: PostedMessage[];
  readonly logged: string[];
  /** Puts and tells, as a committed transaction does. */
  put(key: string, request: PutRequest): void;
}

/** A started publisher among fakes; the same clock, store and Slack may be used again after a crash. */
export function createWorld(before?: Pick<World, 'clock' | 'store' | 'slack'>): World {
  const clock = before?.clock ?? new TestClock();
  const store = before?.store ?? new TestStore(clock);
  const slack = before?.slack ?? new TestSlack(clock);
  const turn = new TestTurn();
  const observed: ObservedCall[] = [];
  const posted: PostedMessage[] = [];
  const logged: string[] = [];
  const log = (facts: object, message?: string) => void logged.push(`${message} ${JSON.stringify(facts)}`);
  const publisher = createPublisher({
    client: slack.client,
    fetch: slack.fetch,
    botUserId: BOT,
    store,
    turn,
    clock,
    log: { info: log, warn: log, error: log },
    observe: (call) => void observed.push(call),
    onPosted: (message) => void posted.push(message),
  });
  publisher.start();
  const put = (key: string, request: PutRequest) => {
    store.put(key, request);
    turn.events?.told();
  };
  return { clock, store, slack, turn, publisher, observed, posted, logged, put };
}
