/**
 * The composition root of the running bot: a list of steps, each undone in reverse when it stops.
 * @module
 */
import type { Logger } from 'pino';
import { workOn } from '../commands/deliveries.ts';
import type { DeliveryContext } from '../commands/delivery-context.ts';
import { COMMANDS } from '../commands/index.ts';
import { createAnalysis } from '../integrations/analysis/kinds.ts';
import { createCodeHosts } from '../integrations/code-hosts.ts';
import { createTargets, type TargetDependencies } from '../integrations/kinds.ts';
import type { DeployTarget } from '../integrations/target.ts';
import { alertsOf, tellAlerts } from './alert-desk.ts';
import type { AlertContext } from './alerts/context.ts';
import { httpApp } from './bot-http.ts';
import { codeBehind, githubWebhook, suggestedVersions } from './code-behind.ts';
import type { Config } from './config/schema.ts';
import { vocabularyOf } from './config/vocabulary.ts';
import type { Delivery } from './domain/delivery.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { serveHttp } from './http/server.ts';
import { keepLooking, reactionsTo } from './looks.ts';
import type { OperationContext, SourceCode } from './operations/context.ts';
import { type Engine, launchEngine } from './operations/engine.ts';
import { watchExecutors } from './operations/gone.ts';
import { createInbox, type Inbox } from './operations/inbox.ts';
import { type Lease, takeLease } from './operations/lease.ts';
import { withStrangers } from './operations/source/releases.ts';
import { type Storing, watchStoring } from './operations/storing.ts';
import { runOperation } from './operations/workflow.ts';
import { holdersOf } from './policy/roles.ts';
import type { Setup } from './setup.ts';
import { createBackupNotices } from './slack/backup-notices.ts';
import { createCanaryPictures } from './slack/canary-pictures.ts';
import { connectSlack, type SlackConnection } from './slack/connection.ts';
import { openDeployForm, openSilenceForm } from './slack/forms.ts';
import { createMessages, operationOf } from './slack/messages.ts';
import { receive } from './slack/receive.ts';
import type { FormServices } from './slack/render/form.ts';
import { renderReply } from './slack/render/reply.ts';
import { en } from './slack/words/en.ts';
import { criticalAlert } from './store/alerts.ts';
import { type Database, openDatabase } from './store/database.ts';
import { migrate } from './store/migrate.ts';
import { isOutage } from './store/outage.ts';
import { findPublicationKey } from './store/publications.ts';

/** How long a stop waits for what was begun to be checkpointed. */
const IDLE_LIMIT = 5_000;

export interface BotOptions {
  readonly setup: Setup;
  /** 0 takes any free port. */
  readonly port: number;
  /** The address to listen on; all of them when absent. */
  readonly host?: string;
  readonly databaseUrl: string;
  readonly log: Logger;
  /** Another process has taken over the work of this one, which must end. */
  onTakenOver(): void;
}

export interface Bot {
  /** Its own HTTP: health, metrics, webhooks. */
  readonly url: string;
  /** Takes no more work, lets what is under way reach its next checkpoint, and lets go of everything. */
  stop(): Promise<void>;
}

/** Starts the bot; what was started is stopped again if a later step fails. */
export async function startBot(options: BotOptions): Promise<Bot> {
  await using stack = new AsyncDisposableStack();
  const { setup, databaseUrl, log } = options;
  const { config } = setup;
  const metrics = createMetrics(config);
  const database = await openStore(databaseUrl, log, stack);
  const repositories = createCodeHosts(config, setup.tokens);
  const targets = openTargets(setup, repositories, stack);
  const slack = await connectSlack({
    slack: setup.slack,
    config,
    database,
    databaseUrl,
    observe: ({ call, result }) => metrics.slackCalled({ method: call, result }),
    onLimited: metrics.slackLimited,
    log,
  });
  const lease = await holdLease(options, database, stack);
  const code = codeBehind(setup, repositories, slack);
  const context = await createContext({ config, database, targets, slack, lease, metrics, code, log });
  const alerts = alertsOf(context, slack);
  const storing = watchStoring(database);
  const { engine, inbox } = await launch(context, { databaseUrl, slack, alerts, storing, stack });
  slack.publisher.start();
  stack.defer(() => slack.publisher.stop());
  await keepLooking(context, { engine, slack, stack });
  receiveFrom(slack, { context, inbox });
  const webhooks = [githubWebhook(setup, database), ...tellAlerts(alerts, { engine, setup, stack })];
  const http = await serveHttp(httpApp({ slack, metrics, storing, webhooks, log }), options);
  stack.defer(() => http.stop());
  await slack.app.start();
  stack.defer(() => slack.app.stop());
  const owned = stack.move();
  return { url: http.url, stop: () => owned.disposeAsync() };
}

async function openStore(url: string, log: Logger, stack: AsyncDisposableStack): Promise<Database> {
  const database = openDatabase(url, (err) => log.warn({ err }, 'a database connection broke'));
  stack.defer(() => database.end());
  await migrate(database).catch((error: unknown) => {
    throw isOutage(error) ? unanswered(url, error) : error;
  });
  return database;
}

/** Whoever runs the process starts it again; while it runs, outages are waited for. */
function unanswered(url: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  const remedy = 'Check DATABASE_URL and that PostgreSQL runs, then start Slipway again.';
  return new Error(`The database at ${new URL(url).host} does not answer: ${why}. ${remedy}`, { cause });
}

function openTargets(
  { config, tokens }: Setup,
  repositories: TargetDependencies['repositories'],
  stack: AsyncDisposableStack,
): ReadonlyMap<string, DeployTarget> {
  const { githubToken, vercelToken, registryPasswords } = tokens;
  const means = { repositories, githubToken, vercelToken, registryPasswords };
  const targets = createTargets(config, means);
  stack.defer(async () => void (await Promise.all([...targets.values()].map((target) => target.close()))));
  return targets;
}

async function holdLease(
  options: BotOptions,
  database: Database,
  stack: AsyncDisposableStack,
): Promise<Lease> {
  const { databaseUrl: url, onTakenOver } = options;
  const lease = await takeLease({ url, database, onTakenOver });
  stack.defer(() => lease.release());
  return lease;
}

async function createContext(parts: {
  readonly config: Config;
  readonly database: Database;
  readonly targets: ReadonlyMap<string, DeployTarget>;
  readonly slack: SlackConnection;
  readonly lease: Lease;
  readonly metrics: Metrics;
  readonly code: SourceCode;
  readonly log: Logger;
}): Promise<OperationContext> {
  const { config, slack } = parts;
  const clock = () => new Date();
  const { approveReaction, rejectReaction, incidentChannel } = config.slack;
  const messages = createMessages({
    words: en,
    approveReaction,
    rejectReaction,
    incidentChannelId: incidentChannel === undefined ? null : await slack.channels.idOf(incidentChannel),
    approvers: ({ operation }) => holdersOf(operation.plan.approval.approvers, config).map(slack.mentions.of),
    clock,
  });
  return {
    ...parts,
    analysis: createAnalysis,
    pictures: createCanaryPictures(parts.database, en),
    alerts: { critical: criticalAlert },
    people: withStrangers(slack.people),
    channels: slack.channels,
    messages,
    notices: createBackupNotices({ words: en, clock }),
    clock,
  };
}

async function launch(
  context: OperationContext,
  parts: {
    readonly databaseUrl: string;
    readonly slack: SlackConnection;
    readonly alerts: AlertContext | null;
    readonly storing: Storing;
    readonly stack: AsyncDisposableStack;
  },
): Promise<{ readonly engine: Engine; readonly inbox: Inbox }> {
  const { database, lease, log } = context;
  const { executorId } = lease;
  const deliveries = () => deliveryContext(context, engine, parts);
  const inbox = createInbox({
    database,
    executorId,
    log,
    isAlive: () => lease.isHeld(),
    work: async (delivery) => workOn(deliveries(), delivery),
    onKept: (delivery) => {
      if ('origin' in delivery) void deliveries().answer(delivery.origin, { kind: 'kept' });
    },
    onUnstored: parts.storing.failed,
  });
  const engine = await launchEngine({
    url: parts.databaseUrl,
    database,
    executorId,
    log,
    adopt: (known) => inbox.adopt(known),
    executors: watchExecutors({ url: parts.databaseUrl, database, lease, log }),
    run: (operationId) => runOperation(context, operationId),
  });
  parts.stack.defer(async () => {
    lease.stop();
    await Promise.race([inbox.idle(), new Promise((resolve) => setTimeout(resolve, IDLE_LIMIT).unref())]);
    await engine.stop();
  });
  return { engine, inbox };
}

function deliveryContext(
  operations: OperationContext,
  engine: Engine,
  { slack, alerts }: { readonly slack: SlackConnection; readonly alerts: AlertContext | null },
): DeliveryContext {
  const { config, database, clock } = operations;
  const { approveReaction, rejectReaction } = config.slack;
  return {
    operations,
    engine,
    vocabulary: async (channelId) => vocabularyOf(config, await slack.channels.channel(channelId)),
    answer: (origin, reply, place) =>
      slack.ephemeral(
        origin,
        renderReply(reply, { words: en, now: clock(), grammars: Object.values(COMMANDS) }),
        place,
      ),
    takeBack: (origin) => slack.ephemeral(origin, null),
    operationAt: async ({ channelId, ts }) => {
      const key = await findPublicationKey(database, { channelId, ts });
      return key === null ? null : operationOf(key);
    },
    alerts,
    reasonOfSilence: en.alerts.noReason,
    readReactions: (operationId) => reactionsTo(operations, slack, operationId),
    reactions: { approve: approveReaction, reject: rejectReaction },
  };
}

function receiveFrom(
  slack: SlackConnection,
  { context, inbox }: { readonly context: OperationContext; readonly inbox: Inbox },
): void {
  const { config, log } = context;
  const services = Object.entries(config.services).map(([name, service]) => ({
    name,
    environments: Object.keys(service.environments),
  }));
  receive(slack.app.bolt, {
    identity: slack.identity,
    words: en,
    reactions: [config.slack.approveReaction, config.slack.rejectReaction],
    services,
    accept: (delivery) => inbox.accept(delivery),
    openForm: (command) => openFormFor(command, slack, { config, services }),
    openSilenceForm: (groupId, origin) => openSilenceForm(slack.asking, { words: en, groupId, origin }),
    versions: (form) => suggestedVersions(context, form),
    ephemeral: slack.ephemeral,
    log,
  });
}

/** The form for a bare `/deploy`, with what this channel is for; null for every other command. */
function openFormFor(
  { command, text, origin }: Extract<Delivery, { kind: 'command' }>,
  slack: SlackConnection,
  { config, services }: { readonly config: Config; readonly services: FormServices },
): Promise<void> | null {
  if (command !== 'deploy' || text.trim() !== '') return null;
  return slack.channels.channel(origin.channelId).then((channel) => {
    const initial = vocabularyOf(config, channel).defaults;
    return openDeployForm(slack.asking, { words: en, services, initial, origin });
  });
}
