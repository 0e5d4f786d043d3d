import { z } from 'zod';
import { parseMessageBlocks } from '../block-kit/parse.ts';
import type { Caller } from '../callers.ts';
import { directory } from '../conversations.ts';
import { type Payload, payloadSchema } from '../entities.ts';
import { encodeTyped } from '../markup.ts';
import { type Content, emptyContent } from '../posting.ts';
import { isRefusal, type Refusal, refuse } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';

const MAX_TEXT = 40_000;
const MAX_ATTACHMENTS = 100;
const MAX_METADATA = 8000;

const metadataSchema = z.object({
  event_type: z.string().min(1),
  event_payload: payloadSchema,
});

/** The arguments that make up a message, as `chat.*` methods take them. */
export const contentArguments = {
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  metadata: z.unknown().optional(),
};

export interface GivenContent {
  readonly text?: string | undefined;
  readonly blocks?: unknown;
  readonly attachments?: unknown;
  readonly metadata?: unknown;
}

/** Checks what a message says, with Slack's limits. What a person typed is encoded as their client would. */
export function readContent(
  workspace: Workspace,
  caller: Caller,
  given: GivenContent,
  before: Content = emptyContent,
): Content | Refusal {
  const blocks = given.blocks === undefined ? before.blocks : readBlocks(given.blocks);
  if (isRefusal(blocks)) return blocks;
  const attachments =
    given.attachments === undefined ? before.attachments : readAttachments(given.attachments);
  if (isRefusal(attachments)) return attachments;
  const metadata = given.metadata === undefined ? before.metadata : readMetadata(given.metadata);
  if (isRefusal(metadata)) return metadata;
  const text = given.text === undefined ? before.text : readText(workspace, caller, given.text);
  if (text.length > MAX_TEXT) return refuse('msg_too_long');
  if (text === '' && blocks.length === 0 && attachments.length === 0) return refuse('no_text');
  return { text, blocks, attachments, metadata, files: before.files };
}

function readText(workspace: Workspace, caller: Caller, text: string): string {
  return caller.kind === 'user' ? encodeTyped(text, directory(workspace)) : text;
}

function readBlocks(given: unknown): readonly Payload[] | Refusal {
  const blocks = fromJson(given);
  return Array.isArray(blocks) ? parseMessageBlocks(blocks) : refuse('invalid_blocks_format');
}

function readAttachments(given: unknown): readonly Payload[] | Refusal {
  const parsed = z.array(payloadSchema).safeParse(fromJson(given));
  if (!parsed.success) return refuse('invalid_attachments');
  if (parsed.data.length > MAX_ATTACHMENTS) return refuse('too_many_attachments');
  const checked = parsed.data.map((attachment, index) => {
    if (attachment.blocks === undefined) return attachment;
    const blocks = parseMessageBlocks(attachment.blocks, `/attachments/${index}/blocks`);
    return isRefusal(blocks) ? blocks : { ...attachment, blocks };
  });
  return checked.find(isRefusal) ?? checked;
}

function readMetadata(given: unknown): Payload | Refusal {
  const metadata = fromJson(given);
  if (typeof metadata !== 'object' || metadata === null) return refuse('invalid_metadata_format');
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) return refuse('invalid_metadata_schema');
  return JSON.stringify(parsed.data).length > MAX_METADATA ? refuse('metadata_too_large') : parsed.data;
}

/** Forms carry objects as JSON text. */
function fromJson(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
