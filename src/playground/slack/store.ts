import { z } from 'zod';
import type { Journal } from '../journal.ts';
import type { Clock } from './clock.ts';
import {
  type Channel,
  channelSchema,
  type DeliverySetting,
  deliverySchema,
  fileSchema,
  type Message,
  messageSchema,
  pendingEventSchema,
  responseUrlSchema,
  userGroupSchema,
  userSchema,
  viewSchema,
} from './entities.ts';
import type { WorkspaceSeed } from './seed.ts';

const entrySchema = z.object({ table: z.string(), id: z.string(), value: z.unknown().optional() });

/** Values by ID. Each change is on record before the call returns; values themselves never change. */
export class Table<Value> {
  readonly #values = new Map<string, Value>();
  readonly #name: string;
  readonly #schema: z.ZodType<Value>;
  readonly #journal: Journal;

  constructor(name: string, schema: z.ZodType<Value>, journal: Journal) {
    this.#name = name;
    this.#schema = schema;
    this.#journal = journal;
  }

  get(id: string): Value | undefined {
    return this.#values.get(id);
  }

  all(): readonly Value[] {
    return [...this.#values.values()];
  }

  put(id: string, value: Value): Value {
    this.#journal.append({ table: this.#name, id, value });
    this.#values.set(id, value);
    return value;
  }

  remove(id: string): void {
    if (!this.#values.has(id)) return;
    this.#journal.append({ table: this.#name, id });
    this.#values.delete(id);
  }

  /** Takes over what the journal has on record, without recording it again. */
  replay(id: string, value: unknown): void {
    if (value === undefined) this.#values.delete(id);
    else this.#values.set(id, this.#schema.parse(value));
  }

  records(): readonly object[] {
    return [...this.#values].map(([id, value]) => ({ table: this.#name, id, value }));
  }
}

/** Everything that the workspace remembers. */
export type Store = ReturnType<typeof openStore>;

/** Replays the journal over the seed: what people did since wins over what the seed says. */
export function openStore({ journal, seed, clock }: StoreRequest) {
  const tables = makeTables(journal);
  replay(journal, tables);
  sow(tables, seed, clock);
  prune(tables, clock);
  journal.compact(Object.values(tables).flatMap((table) => table.records()));
  return { ...tables, nextTs: timestamps(tables, clock) };
}

interface StoreRequest {
  readonly journal: Journal;
  readonly seed: WorkspaceSeed;
  readonly clock: Clock;
}

function makeTables(journal: Journal) {
  return {
    users: new Table('users', userSchema, journal),
    channels: new Table<Channel>('channels', channelSchema, journal),
    /** By `messageKey`. */
    messages: new Table<Message>('messages', messageSchema, journal),
    /** By `messageKey`. */
    ephemerals: new Table<Message>('ephemerals', messageSchema, journal),
    files: new Table('files', fileSchema, journal),
    views: new Table('views', viewSchema, journal),
    userGroups: new Table('userGroups', userGroupSchema, journal),
    responseUrls: new Table('responseUrls', responseUrlSchema, journal),
    pendingEvents: new Table('pendingEvents', pendingEventSchema, journal),
    /** One value, under `app`. */
    delivery: new Table<DeliverySetting>('delivery', deliverySchema, journal),
  };
}

type Tables = ReturnType<typeof makeTables>;

function replay(journal: Journal, tables: Tables): void {
  const byName = new Map<string, { replay(id: string, value: unknown): void }>(Object.entries(tables));
  for (const entry of journal.entries) {
    const { table, id, value } = entrySchema.parse(entry);
    byName.get(table)?.replay(id, value);
  }
}

function sow(tables: Tables, seed: WorkspaceSeed, clock: Clock): void {
  for (const user of seed.users) if (!tables.users.get(user.id)) tables.users.put(user.id, user);
  for (const group of seed.userGroups)
    if (!tables.userGroups.get(group.id)) tables.userGroups.put(group.id, group);
  for (const { id, name, topic, members } of seed.channels) {
    if (tables.channels.get(id)) continue;
    const created = Math.floor(clock.now() / 1000);
    const creator = members[0] ?? seed.app.user_id;
    const channel = { id, name, topic, members, creator, created, is_archived: false, read: {} };
    tables.channels.put(id, { ...channel, kind: 'public' });
  }
}

/** Forgets what can never be used again. */
function prune(tables: Tables, clock: Clock): void {
  const expired = tables.responseUrls.all().filter(({ expires }) => expires < clock.now());
  for (const { id } of expired) tables.responseUrls.remove(id);
}

/** Message timestamps: seconds with six decimals, never the same twice, also after a restart. */
function timestamps(tables: Tables, clock: Clock): () => string {
  const known = [...tables.messages.all(), ...tables.ephemerals.all()];
  let last = known.reduce((latest, { ts }) => Math.max(latest, Number(ts.replace('.', ''))), 0);
  return () => {
    last = Math.max(clock.now() * 1000, last + 1);
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`;
  };
}

export function messageKey(channel: string, ts: string): string {
  return `${channel}:${ts}`;
}
