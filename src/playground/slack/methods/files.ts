import { z } from 'zod';
import { findDestination, findMessage } from '../conversations.ts';
import type { StoredFile } from '../entities.ts';
import { newId } from '../ids.ts';
import { fileJson } from '../message-json.ts';
import { emptyContent, post } from '../posting.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { count, json, method } from './method.ts';

export const getUploadUrl = method(
  z.object({ filename: z.string().min(1), length: count.min(1), alt_txt: z.string().default('') }),
  ({ workspace, caller, args }) => {
    const id = newId('F');
    const { filename: name, length: size, alt_txt: alt_text } = args;
    const created = Math.floor(workspace.clock.now() / 1000);
    const file = { id, name, title: name, alt_text, size, created, user: caller.userId };
    workspace.store.files.put(id, { ...file, content: null, channels: [] });
    return { ok: true, upload_url: `${workspace.origin}/upload/v1/${id}`, file_id: id };
  },
);

const shares = json(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1));

export const completeUpload = method(
  z.object({
    files: shares,
    channel_id: z.string().optional(),
    thread_ts: z.string().optional(),
    initial_comment: z.string().default(''),
  }),
  ({ workspace, caller, args }) => {
    const { files: table } = workspace.store;
    const uploaded = args.files.map(({ id, title }) => {
      const file = table.get(id);
      if (file?.user !== caller.userId || file.content === null) return refuse('file_not_found');
      return { ...file, title: title ?? file.title };
    });
    const missing = uploaded.find(isRefusal);
    if (missing !== undefined) return missing;
    const files = uploaded.filter((file): file is StoredFile => !isRefusal(file));
    if (args.channel_id === undefined) {
      for (const file of files) table.put(file.id, file);
      return { ok: true, files: files.map((file) => fileJson(workspace, file)) };
    }
    const channel = findDestination(workspace, caller, args.channel_id);
    if (isRefusal(channel)) return channel;
    const { thread_ts: threadTs = null } = args;
    if (threadTs !== null && findMessage(workspace, channel, threadTs) === undefined)
      return refuse('thread_not_found');
    const shared = files.map((file) => table.put(file.id, { ...file, channels: [channel.id] }));
    const ids = shared.map(({ id }) => id);
    const content = { ...emptyContent, text: args.initial_comment, files: ids };
    post(workspace, { author: caller, channel, threadTs, subtype: 'file_share', content });
    return { ok: true, files: shared.map((file) => fileJson(workspace, file)) };
  },
);
