import type { Logger } from 'pino';
import { z } from 'zod';
import type { Origin } from '../domain/request.ts';
import { type CallResult, outcomeOf, type PublishingClient } from './calls.ts';
import type { Clock } from './clock.ts';
import type { MessageContent } from './content.ts';
import { remedyFor } from './remedies.ts';

/** A `response_url` takes five messages within 30 minutes. */
const RESPONSE_USES = 5;
const RESPONSE_LIFE = 30 * 60_000;
const CALL_LIMIT = 10_000;
const ATTEMPTS = 4;
const FIRST_PAUSE = 500;

export interface EphemeralSettings {
  readonly client: Pick<PublishingClient, 'chat'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
  readonly fetch: typeof fetch;
}

/**
 * Tells one person something where they are; gives up, with a line in the log, after a few attempts. `instead` puts it
 * in the place of what the same command was answered before, where Slack can do that; nothing takes that away.
 */
export type Ephemeral = (
  origin: Origin,
  content: MessageContent | null,
  place?: 'beside' | 'instead',
) => Promise<void>;

/** Answers by the `response_url` while it lasts, else by `chat.postEphemeral`. */
export function createEphemeral(settings: EphemeralSettings): Ephemeral {
  const uses = new ResponseUses(settings.clock);
  return async (origin, content, place = 'beside') => {
    const { responseUrl } = origin;
    if (responseUrl !== undefined && uses.take(responseUrl)) {
      const request = { responseUrl, body: responseOf(origin, content, place) };
      const answered = await attempt(settings, () => respond(settings, request));
      if (answered.kind === 'done') return;
    }
    if (content === null) return;
    const result = await attempt(settings, () => postEphemeral(settings, origin, content));
    if (result.kind === 'done') return;
    const failure = result.kind === 'limited' ? 'ratelimited' : result.error;
    settings.log.warn(
      { userId: origin.userId, channelId: origin.channelId, failure, remedy: remedyFor(failure) },
      'somebody could not be answered',
    );
  };
}

/** Counts how often each `response_url` was used, and for how long it can be. */
class ResponseUses {
  readonly #uses = new Map<string, { readonly since: number; readonly count: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(url: string): boolean {
    const now = this.#clock.now();
    for (const [known, { since }] of this.#uses)
      if (now - since > 2 * RESPONSE_LIFE) this.#uses.delete(known);
    const { since, count } = this.#uses.get(url) ?? { since: now, count: 0 };
    if (count >= RESPONSE_USES || now - since > RESPONSE_LIFE) return false;
    this.#uses.set(url, { since, count: count + 1 });
    return true;
  }
}

async function attempt<T>(
  { clock }: EphemeralSettings,
  call: () => Promise<CallResult<T>>,
): Promise<CallResult<T>> {
  let result = await call();
  for (let tried = 1; tried < ATTEMPTS; tried += 1) {
    if (result.kind === 'done' || result.kind === 'refused') return result;
    const pause = result.kind === 'limited' ? result.retryAfter : FIRST_PAUSE * 2 ** tried;
    await new Promise<void>((resolve) => clock.after(pause, resolve));
    result = await call();
  }
  return result;
}

function responseOf(
  { threadTs }: Origin,
  content: MessageContent | null,
  place: 'beside' | 'instead',
): object {
  if (content === null) return { delete_original: true };
  return {
    response_type: 'ephemeral',
    replace_original: place === 'instead',
    ...bodyOf(content),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  };
}

async function respond(
  { fetch }: EphemeralSettings,
  { responseUrl, body }: { readonly responseUrl: string; readonly body: object },
): Promise<CallResult<void>> {
  try {
    const response = await fetch(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(CALL_LIMIT),
    });
    return await readResponse(response);
  } catch (error) {
    return { kind: 'unsure', error: error instanceof Error ? error.message : String(error) };
  }
}

/** A `response_url` says `ok`, or an error as text or JSON. */
async function readResponse(response: Response): Promise<CallResult<void>> {
  const text = await response.text();
  if (response.status === 429) {
    return {
      kind: 'limited',
      retryAfter: 1_000 * Math.max(1, Number(response.headers.get('retry-after') ?? 1)),
    };
  }
  if (response.status >= 500) return { kind: 'unsure', error: `http_${response.status}` };
  const isFine = response.ok && (text === 'ok' || responseBody.safeParse(text).success);
  return isFine ? { kind: 'done', value: undefined } : { kind: 'refused', error: text.slice(0, 200) };
}

const responseBody = z.string().transform((text, context) => {
  try {
    return z.object({ ok: z.literal(true) }).parse(JSON.parse(text));
  } catch {
    context.addIssue('not an answer that says ok');
    return z.NEVER;
  }
});

function postEphemeral(
  { client }: EphemeralSettings,
  { channelId, userId, threadTs }: Origin,
  content: MessageContent,
): Promise<CallResult<void>> {
  return outcomeOf(async () => {
    await client.chat.postEphemeral({
      channel: channelId,
      user: userId,
      ...bodyOf(content),
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    });
  });
}

/** A text alone is a message too; an empty list of blocks is none. */
function bodyOf({ text, blocks }: MessageContent) {
  return blocks.length === 0 ? { text } : { text, blocks: [...blocks] };
}
