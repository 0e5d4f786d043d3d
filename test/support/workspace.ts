import { WebClient } from '@slack/web-api';
import { z } from 'zod';

const messageSchema = z.object({
  ts: z.string(),
  user: z.string().optional(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  is_ephemeral: z.boolean().optional(),
  blocks: z.array(z.record(z.string(), z.unknown())).default([]),
  attachments: z.array(z.unknown()).default([]),
  reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()) })).default([]),
});
export type SeenMessage = z.output<typeof messageSchema>;

const descriptionSchema = z.object({
  users: z.array(z.object({ id: z.string(), name: z.string(), token: z.string().nullable() })),
  channels: z.array(z.object({ id: z.string(), name: z.string() })),
  targets: z.array(z.object({ service: z.string(), environment: z.string(), url: z.string() })),
  slack_api_url: z.string(),
});

const cloudCallsSchema = z.object({
  calls: z.array(
    z.looseObject({
      at: z.string(),
      method: z.string(),
      resource: z.string(),
      effect: z.string(),
      changed: z.array(z.string()),
    }),
  ),
});
const cloudSchema = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      environment: z.string(),
      traffic: z.array(z.object({ version: z.string(), percent: z.number() })),
    }),
  ),
});
export type CloudCall = z.output<typeof cloudCallsSchema>['calls'][number];

/** Milliseconds for what somebody waits to see; suites whose machine is busy have more. */
const LIMIT = Number(process.env.SEE_LIMIT ?? 45_000);

/** The local workspace as its people use it, through the official client. */
export interface TestWorkspace {
  readonly url: string;
  person(name: string): TestPerson;
  /** Of a channel by its name; a direct message is known by its ID alone. */
  channelId(name: string): string;
  /** What a demo service answers at its front door. */
  serving(
    service: string,
    environment: string,
  ): Promise<{ readonly version: string; readonly image: string }>;
  /** Where visitors of a demo service come in. */
  frontDoor(service: string, environment: string): URL;
  /** What each version gets of the traffic, in percent; those that get none are left out. */
  shares(service: string, environment: string): Promise<Readonly<Record<string, number>>>;
  cloudCalls(): Promise<readonly CloudCall[]>;
  /** The calls that changed something, since the log had so many lines. */
  changesSince(calls: number): Promise<readonly CloudCall[]>;
  /** Pulls a lever of the playground: `cloud/faults`, `faults`, … */
  lever(name: string, body: object): Promise<void>;
  /** Takes back what `cloud/faults` and `faults` did. */
  clearFaults(): Promise<void>;
}

export interface TestPerson {
  readonly id: string;
  readonly client: WebClient;
  /** Types a slash command. */
  command(channel: string, text: string): Promise<void>;
  say(channel: string, text: string, threadTs?: string): Promise<string>;
  messages(channel: string): Promise<readonly SeenMessage[]>;
  thread(channel: string, ts: string): Promise<readonly SeenMessage[]>;
  react(channel: string, ts: string, name: string): Promise<void>;
  unreact(channel: string, ts: string, name: string): Promise<void>;
  click(channel: string, message: SeenMessage, label: string): Promise<void>;
  /** Waits for a message that fits; fails with what is there instead. */
  see(channel: string, fits: (message: SeenMessage) => boolean, limit?: number): Promise<SeenMessage>;
  /** Types a command and waits for the answer that only its typist sees. */
  ask(channel: string, text: string): Promise<SeenMessage>;
}

export async function openWorkspace(url: string): Promise<TestWorkspace> {
  const description = descriptionSchema.parse(await json(new URL('/playground/workspace', url)));
  const channelId = (name: string) => {
    if (/^D[0-9A-Z]+$/.test(name)) return name;
    const channel = description.channels.find((candidate) => candidate.name === name);
    if (channel === undefined) throw new Error(`there is no #${name}`);
    return channel.id;
  };
  const frontDoor = (service: string, environment: string) => {
    const found = description.targets.find(
      (one) => one.service === service && one.environment === environment,
    );
    if (found === undefined) throw new Error(`there is no ${service} in ${environment}`);
    return new URL(found.url);
  };
  const cloudCalls = async () =>
    cloudCallsSchema.parse(await json(new URL('/playground/cloud/calls', url))).calls;
  return {
    url,
    channelId,
    person: (name) => {
      const user = description.users.find((candidate) => candidate.name === name);
      if (user === undefined || user.token === null) throw new Error(`there is no ${name}`);
      const client = new WebClient(user.token, { slackApiUrl: description.slack_api_url });
      return testPerson({ id: user.id, client, channelId });
    },
    serving: async (service, environment) =>
      z.object({ version: z.string(), image: z.string() }).parse(await json(frontDoor(service, environment))),
    frontDoor,
    shares: async (service, environment) => {
      const { services } = cloudSchema.parse(await json(new URL('/playground/cloud', url)));
      const found = services.find((one) => one.name === service && one.environment === environment);
      const served = (found?.traffic ?? []).filter(({ percent }) => percent > 0);
      return Object.fromEntries(served.map(({ version, percent }) => [version, percent]));
    },
    cloudCalls,
    changesSince: async (calls) =>
      (await cloudCalls()).slice(calls).filter(({ effect }) => effect === 'changed'),
    lever: (name, body) => request(new URL(`/playground/control/${name}`, url), 'POST', body),
    clearFaults: async () => {
      await request(new URL('/playground/control/cloud/faults', url), 'DELETE', {});
      await request(new URL('/playground/control/faults', url), 'DELETE', {});
    },
  };
}

/** Fits messages in which all of this can be read. */
export function says(...parts: readonly string[]): (message: SeenMessage) => boolean {
  return (message) => parts.every((part) => wordsOf(message).includes(part));
}

/** Everything that can be read in a message: its text and the text of its blocks. */
export function wordsOf(message: SeenMessage): string {
  return `${message.text}\n${JSON.stringify(message.blocks)}${JSON.stringify(message.attachments)}`;
}

function testPerson(parts: {
  readonly id: string;
  readonly client: WebClient;
  readonly channelId: (name: string) => string;
}): TestPerson {
  const { id, client, channelId } = parts;
  const read = async (method: string, args: Record<string, unknown>) => {
    const answer = await client.apiCall(method, { limit: 200, ...args });
    return z.object({ messages: z.array(messageSchema) }).parse(answer).messages;
  };
  const answers = async (channel: string) =>
    (await person.messages(channel)).filter(
      (message) => message.is_ephemeral === true && !message.text.includes('Looking that up'),
    );
  const person: TestPerson = {
    id,
    client,
    command: async (channel, text) => {
      const [command = '', ...rest] = text.split(' ');
      await client.apiCall('chat.command', { channel: channelId(channel), command, text: rest.join(' ') });
    },
    say: async (channel, text, threadTs) => {
      const sent = await client.apiCall('chat.postMessage', {
        channel: channelId(channel),
        text,
        ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      });
      return z.object({ ts: z.string() }).parse(sent).ts;
    },
    messages: (channel) => read('conversations.history', { channel: channelId(channel) }),
    thread: (channel, ts) => read('conversations.replies', { channel: channelId(channel), ts }),
    react: async (channel, timestamp, name) => {
      await client.reactions.add({ channel: channelId(channel), timestamp, name });
    },
    unreact: async (channel, timestamp, name) => {
      await client.reactions.remove({ channel: channelId(channel), timestamp, name });
    },
    click: async (channel, message, label) => {
      const button = buttonOf(message, label);
      await client.apiCall('blocks.actions', {
        channel: channelId(channel),
        message_ts: message.ts,
        actions: JSON.stringify([button]),
      });
    },
    see: async (channel, fits, limit = LIMIT) => {
      const deadline = Date.now() + limit;
      for (;;) {
        const messages = await person.messages(channel);
        const found = messages.find(fits);
        if (found !== undefined) return found;
        if (Date.now() > deadline) {
          throw new Error(
            `no such message in #${channel}; there are:\n${messages.map((one) => one.text).join('\n')}`,
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    ask: async (channel, text) => {
      const before = new Set((await answers(channel)).map(({ ts }) => ts));
      await person.command(channel, text);
      return person.see(
        channel,
        ({ ts, is_ephemeral, text: said }) =>
          is_ephemeral === true && !before.has(ts) && !said.includes('Looking that up'),
      );
    },
  };
  return person;
}

const buttonSchema = z.object({
  type: z.literal('button'),
  action_id: z.string(),
  value: z.string().optional(),
  text: z.object({ text: z.string() }),
});

function buttonOf(message: SeenMessage, label: string): object {
  for (const block of message.blocks) {
    const elements = z.array(z.unknown()).safeParse(block.elements);
    for (const element of elements.data ?? []) {
      const button = buttonSchema.safeParse(element);
      if (button.success && button.data.text.text.includes(label)) {
        const { type, action_id, value } = button.data;
        return { type, action_id, value, block_id: block.block_id };
      }
    }
  }
  throw new Error(`no button “${label}” in: ${wordsOf(message)}`);
}

async function json(url: URL): Promise<unknown> {
  const response = await fetch(url);
  return response.json();
}

async function request(url: URL, method: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${method} ${url.pathname} answered ${response.status}: ${await response.text()}`);
}
