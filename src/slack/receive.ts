import type { App } from '@slack/bolt';
import type { Logger } from 'pino';
import { COMMAND_NAMES } from '../../commands/command.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Origin } from '../domain/request.ts';
import type { MessageContent } from './content.ts';
import type { Identity } from './identity.ts';
import {
  type CommandDelivery,
  type Received,
  readButton,
  readCommand,
  readFilledForm,
  readFilledSilence,
  readMention,
  readReaction,
  readTyping,
} from './payloads.ts';
import { ACTION_PREFIX } from './render/blocks.ts';
import {
  FORM_ACTION_PREFIX,
  FORM_CALLBACK,
  type FormServices,
  readFields,
  readForm,
  renderForm,
  VERSION_ACTION,
  versionOptions,
} from './render/form.ts';
import { refusalSentence } from './render/refusals.ts';
import { readSilenceForm, SILENCE_CALLBACK } from './render/silence-form.ts';
import type { Words } from './words/words.ts';

/** Slack waits three seconds for suggestions. */
const SUGGESTIONS_LIMIT = 2_000;

export interface ReceiveSettings {
  readonly identity: Identity;
  readonly words: Words;
  /** Reactions that mean something; others are not even stored. */
  readonly reactions: readonly string[];
  readonly services: FormServices;
  /** Stores a delivery and begins to work on it after we have acknowledged it. Rejects if it cannot. */
  accept(delivery: Delivery): Promise<'stored' | 'duplicate'>;
  /**
   * Opens the form if the command asks for one: at once, while Slack's permission lasts. Null for a
   * command that is to be stored and worked on.
   */
  openForm(command: CommandDelivery): Promise<void> | null;
  /** Opens the form of a silence, while Slack's permission lasts. */
  openSilenceForm(groupId: string, origin: Origin): Promise<void>;
  /** Versions to suggest for what has been filled in so far, newest first. */
  versions(form: { readonly service: string; readonly environment: string }): Promise<readonly string[]>;
  ephemeral(origin: Origin, content: MessageContent): Promise<void>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Takes in everything that people do in Slack: parsed, stored, and only then acknowledged. */
export function receive(app: App, settings: ReceiveSettings): void {
  for (const name of COMMAND_NAMES) receiveCommand(app, name, settings);
  receiveMentions(app, settings);
  receiveReactions(app, settings);
  receiveButtons(app, settings);
  receiveChoices(app, settings);
  receiveForms(app, settings);
  receiveSilences(app, settings);
  suggestVersions(app, settings);
}

function receiveCommand(app: App, name: string, settings: ReceiveSettings): void {
  app.command(`/${name}`, async ({ body, ack }) => {
    const command = ours(readCommand(body), settings);
    if (command === null) return ack();
    if (await formOpened(command, settings)) return ack();
    const stored = await store(command, settings);
    await (stored ? ack() : ack({ response_type: 'ephemeral', text: notStored(settings) }));
  });
}

/** True if the command was answered by a form. One that could not be opened is worked on like any other. */
async function formOpened(command: CommandDelivery, { openForm, log }: ReceiveSettings): Promise<boolean> {
  const opening = openForm(command);
  if (opening === null) return false;
  try {
    await opening;
    return true;
  } catch (err) {
    log.warn({ err, delivery: command.id }, 'the form could not be opened');
    return false;
  }
}

/** `StoredFirstApp` acknowledges events when their listener is done; without that Slack tells again. */
function receiveMentions(app: App, settings: ReceiveSettings): void {
  app.event('app_mention', async ({ body }) => {
    const mention = ours(readMention(body, settings.identity.botUserId), settings);
    if (mention !== null) await settings.accept(mention);
  });
}

function receiveReactions(app: App, settings: ReceiveSettings): void {
  const onReaction = async (body: unknown): Promise<void> => {
    const reaction = ours(readReaction(body, settings.identity.botUserId), settings);
    if (reaction !== null && settings.reactions.includes(reaction.reaction)) await settings.accept(reaction);
  };
  app.event('reaction_added', ({ body }) => onReaction(body));
  app.event('reaction_removed', ({ body }) => onReaction(body));
}

function receiveButtons(app: App, settings: ReceiveSettings): void {
  app.action(new RegExp(`^${ACTION_PREFIX}`), async ({ body, ack }) => {
    const click = ours(readButton(body, Date.now()), settings);
    if (click?.action.do === 'silence-form') {
      await Promise.all([ack(), settings.openSilenceForm(click.action.groupId, click.origin)]);
      return;
    }
    const stored = click === null || (await store(click, settings));
    await ack();
    if (click !== null && !stored) {
      await settings.ephemeral(click.origin, { text: notStored(settings), blocks: [] });
    }
  });
}

/** Something was chosen in the form: the rest of it follows. */
function receiveChoices(app: App, settings: ReceiveSettings): void {
  app.action(new RegExp(`^${FORM_ACTION_PREFIX}`), async ({ body, ack, client }) => {
    await ack();
    const form = ours(readFilledForm(body), settings);
    if (form === null) return;
    const { service, environment } = readFields(form.state);
    const metadata = { ...form.metadata, service, environment };
    const view = renderForm({ words: settings.words, services: settings.services, metadata });
    await client.views.update({ view_id: form.viewId, hash: form.hash, view });
  });
}

function receiveForms(app: App, settings: ReceiveSettings): void {
  app.view(FORM_CALLBACK, async ({ body, ack }) => {
    const form = ours(readFilledForm(body), settings);
    if (form === null) return ack();
    const { viewId, hash, state, origin } = form;
    const read = readForm(state, settings.services, settings.words);
    if (!read.ok) return ack({ response_action: 'errors', errors: read.errors });
    const id = `view:${viewId}:${hash}`;
    const stored = await store({ kind: 'form', id, origin, ...read.values }, settings);
    if (stored) return ack();
    return ack({ response_action: 'errors', errors: { version: notStored(settings) } });
  });
}

function receiveSilences(app: App, settings: ReceiveSettings): void {
  app.view(SILENCE_CALLBACK, async ({ body, ack }) => {
    const form = ours(readFilledSilence(body), settings);
    if (form === null) return ack();
    const { viewId, hash, state, origin, groupId } = form;
    const read = readSilenceForm(state, settings.words);
    if (!read.ok) return ack({ response_action: 'errors', errors: read.errors });
    const id = `view:${viewId}:${hash}`;
    const stored = await store({ kind: 'silence', id, groupId, origin, ...read.values }, settings);
    if (stored) return ack();
    return ack({ response_action: 'errors', errors: { reason: notStored(settings) } });
  });
}

function suggestVersions(app: App, settings: ReceiveSettings): void {
  app.options(VERSION_ACTION, async ({ body, ack }) => {
    const typing = ours(readTyping(body), settings);
    if (typing === null) return ack({ options: [] });
    const { service, environment } = typing.metadata;
    // Before an environment is chosen any of the service's will do: they share what is published.
    const [first = null] = settings.services.find(({ name }) => name === service)?.environments ?? [];
    const asked = environment ?? first;
    const known =
      service === null || asked === null
        ? []
        : await knownVersions({ service, environment: asked }, settings);
    await ack({ options: versionOptions(typing.typed, known) });
  });
}

/** Suggestions are a courtesy: when they are late or fail, people type. */
async function knownVersions(
  form: { readonly service: string; readonly environment: string },
  { versions, log }: ReceiveSettings,
): Promise<readonly string[]> {
  const late = new Promise<readonly string[]>((resolve) =>
    setTimeout(resolve, SUGGESTIONS_LIMIT, []).unref(),
  );
  const asked = versions(form).catch((err: unknown) => {
    log.warn({ err, ...form }, 'versions cannot be suggested');
    return [];
  });
  return Promise.race([asked, late]);
}

async function store(delivery: Delivery, { accept, log }: ReceiveSettings): Promise<boolean> {
  try {
    await accept(delivery);
    return true;
  } catch (err) {
    log.error({ err, delivery: delivery.id }, 'a delivery could not be stored; whoever sent it is told so');
    return false;
  }
}

/** What was received, if it comes from our own workspace; what comes from elsewhere is not for us. */
function ours<T>({ teamId, value }: Received<T>, { identity, log }: ReceiveSettings): T | null {
  if (teamId === identity.teamId) return value;
  log.warn({ teamId }, 'something came from another workspace and was ignored');
  return null;
}

function notStored({ words }: ReceiveSettings): string {
  return refusalSentence({ code: 'not-stored' }, words);
}
