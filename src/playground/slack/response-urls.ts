import { z } from 'zod';
import { parseMessageBlocks } from './block-kit/parse.ts';
import type { Caller } from './callers.ts';
import { findVisible } from './conversations.ts';
import { payloadSchema, type ResponseUrl } from './entities.ts';
import { newSecret } from './ids.ts';
import { type Content, edit, emptyContent, post, postEphemeral, remove } from './posting.ts';
import { isRefusal, type Refusal, refuse } from './refusal.ts';
import type { Workspace } from './workspace.ts';

const MAX_USES = 5;
const LIFETIME_MS = 30 * 60_000;

const responseSchema = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.array(payloadSchema).optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: z.boolean().default(false),
  delete_original: z.boolean().default(false),
  thread_ts: z.string().optional(),
});
type Response = z.infer<typeof responseSchema>;

/** What a `response_url` answers: Slack's webhooks speak plain text or JSON, with a status. */
export interface ResponseOutcome {
  readonly status: 200 | 400 | 404;
  readonly body: string | Readonly<Record<string, unknown>>;
}

/** A URL through which the app may answer what this person did, five times within half an hour. */
export function issueResponseUrl(
  workspace: Workspace,
  origin: Pick<ResponseUrl, 'channel' | 'user' | 'thread_ts' | 'original'>,
): string {
  const id = newSecret();
  const expires = workspace.clock.now() + LIFETIME_MS;
  workspace.store.responseUrls.put(id, { ...origin, id, uses: 0, expires });
  return `${workspace.origin}/response/${id}`;
}

/** Takes one use of a `response_url`. */
export function useResponseUrl(workspace: Workspace, id: string, raw: unknown): ResponseOutcome {
  const url = workspace.store.responseUrls.get(id);
  if (url === undefined) return { status: 404, body: { ok: false, error: 'invalid_url' } };
  if (url.expires < workspace.clock.now()) return { status: 404, body: { ok: false, error: 'expired_url' } };
  if (url.uses >= MAX_USES) return { status: 404, body: { ok: false, error: 'used_url' } };
  const parsed = responseSchema.safeParse(raw);
  if (!parsed.success) return { status: 400, body: 'invalid_payload' };
  const counted = workspace.store.responseUrls.put(id, { ...url, uses: url.uses + 1 });
  const refused = respond(workspace, counted, parsed.data);
  return refused === undefined ? { status: 200, body: 'ok' } : { status: 400, body: refused };
}

/** What came with the acknowledgement of a command is such a response too: a text or a message. */
export function respondAtOnce(
  workspace: Workspace,
  origin: Pick<ResponseUrl, 'channel' | 'user' | 'thread_ts' | 'original'>,
  body: unknown,
): void {
  const parsed = responseSchema.safeParse(typeof body === 'string' ? { text: body } : body);
  if (!parsed.success || (parsed.data.text ?? '') + String(parsed.data.blocks ?? '') === '') return;
  respond(workspace, { ...origin, id: '', uses: 1, expires: 0 }, parsed.data);
}

function respond(workspace: Workspace, url: ResponseUrl, response: Response): Refusal | undefined {
  const original = findOriginal(workspace, url);
  if (response.delete_original) {
    if (original !== undefined) remove(workspace, original);
    return undefined;
  }
  const content = contentOf(response);
  if (isRefusal(content)) return content;
  if (response.replace_original && original !== undefined) {
    edit(workspace, original, content);
    return undefined;
  }
  answer(workspace, url, { response, content });
  return undefined;
}

function findOriginal(workspace: Workspace, url: ResponseUrl) {
  const { channel, original, user } = url;
  if (original === null) return undefined;
  return findVisible(workspace, { kind: 'user', userId: user }, { channel, ts: original.ts });
}

function contentOf(response: Response): Content | Refusal {
  const blocks = response.blocks === undefined ? [] : parseMessageBlocks(response.blocks);
  if (isRefusal(blocks)) return blocks;
  const { text = '', attachments = [] } = response;
  if (text === '' && blocks.length === 0 && attachments.length === 0) return refuse('no_text');
  return { ...emptyContent, text, blocks, attachments };
}

/** A new message; a later `replace_original` through a command's URL means the newest such answer. */
function answer(
  workspace: Workspace,
  url: ResponseUrl,
  { response, content }: { readonly response: Response; readonly content: Content },
): void {
  const channel = workspace.store.channels.get(url.channel);
  if (channel === undefined) return;
  const author: Caller = { kind: 'bot', userId: workspace.seed.app.user_id };
  const threadTs = response.thread_ts ?? url.thread_ts;
  const draft = { author, channel, threadTs, subtype: null, content };
  const ephemeral = response.response_type === 'ephemeral';
  const { ts } = ephemeral ? postEphemeral(workspace, draft, url.user) : post(workspace, draft);
  if (url.id !== '' && url.original === null)
    workspace.store.responseUrls.put(url.id, { ...url, original: { ts, ephemeral } });
}
