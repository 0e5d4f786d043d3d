import type { Message, Payload, Reaction, StoredFile } from './entities.ts';
import type { Workspace } from './workspace.ts';

/** A message as Slack shows it in history and events. `metadata` comes only to those who ask for it. */
export function messageJson(workspace: Workspace, message: Message, withMetadata = false): Payload {
  const { team } = workspace.seed;
  return {
    type: 'message',
    ...(message.subtype === null ? {} : { subtype: message.subtype }),
    user: message.user,
    ...(message.bot_id === null ? {} : botParts(workspace)),
    team: team.id,
    text: message.text,
    ts: message.ts,
    ...(message.thread_ts === null ? {} : { thread_ts: message.thread_ts }),
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(message.attachments.length === 0 ? {} : { attachments: message.attachments }),
    ...(message.edited === null ? {} : { edited: message.edited }),
    ...(message.reactions.length === 0 ? {} : { reactions: message.reactions.map(reactionJson) }),
    ...(message.addressee === null ? {} : { is_ephemeral: true }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
    ...fileParts(workspace, message),
    ...threadParts(workspace, message),
  };
}

/** The replies to a message, oldest first. */
export function repliesTo(workspace: Workspace, channel: string, ts: string): readonly Message[] {
  return workspace.store.messages
    .all()
    .filter((message) => message.channel === channel && message.thread_ts === ts);
}

export function fileJson(workspace: Workspace, file: StoredFile): Payload {
  const url = `${workspace.origin}/files/${file.id}/${encodeURIComponent(file.name)}`;
  const extension = file.name.split('.').at(-1) ?? '';
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    ...(file.alt_text === '' ? {} : { alt_txt: file.alt_text }),
    mimetype: mimetypeOf(file.name),
    filetype: extension,
    pretty_type: extension.toUpperCase(),
    user: file.user,
    user_team: workspace.seed.team.id,
    mode: 'hosted',
    editable: false,
    size: file.size,
    is_external: false,
    external_type: '',
    is_public: true,
    url_private: url,
    url_private_download: url,
    permalink: url,
    channels: file.channels,
  };
}

const MIMETYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  json: 'application/json',
  csv: 'text/csv',
  md: 'text/markdown',
  txt: 'text/plain',
  log: 'text/plain',
  yaml: 'text/yaml',
};

/** By the name's extension. Types that a browser would run as a page are not among them. */
export function mimetypeOf(name: string): string {
  return MIMETYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

export function botProfile(workspace: Workspace): Payload {
  const { team, app } = workspace.seed;
  return { id: app.bot_id, app_id: app.app_id, name: app.name, icons: {}, deleted: false, team_id: team.id };
}

function botParts(workspace: Workspace): Payload {
  const { app } = workspace.seed;
  return { bot_id: app.bot_id, app_id: app.app_id, bot_profile: botProfile(workspace) };
}

function reactionJson({ name, users }: Reaction): Payload {
  return { name, users, count: users.length };
}

function fileParts(workspace: Workspace, message: Message): Payload {
  const files = message.files.flatMap((id) => workspace.store.files.get(id) ?? []);
  if (files.length === 0) return {};
  return { files: files.map((file) => fileJson(workspace, file)), upload: false };
}

function threadParts(workspace: Workspace, message: Message): Payload {
  if (message.addressee !== null) return {};
  if (message.thread_ts !== null) return parentParts(workspace, message.channel, message.thread_ts);
  const replies = repliesTo(workspace, message.channel, message.ts);
  const latest = replies.at(-1);
  if (latest === undefined) return {};
  const users = [...new Set(replies.map(({ user }) => user))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users: users.slice(0, 5),
    reply_users_count: users.length,
    latest_reply: latest.ts,
    is_locked: false,
    subscribed: false,
  };
}

function parentParts(workspace: Workspace, channel: string, ts: string): Payload {
  const parent = workspace.store.messages.get(`${channel}:${ts}`);
  return parent === undefined ? {} : { parent_user_id: parent.user };
}
