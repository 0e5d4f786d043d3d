import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';
import { ALERT_ENV, alerts } from './alerts.ts';
import { type BotPostgres, botPostgres } from './bot-postgres.ts';
import { changedConfig, changedDemoConfig, type DemoConfig, quick } from './demo-config.ts';
import type { EarlierRelease } from './earlier-release.ts';
import { freePort, type ShippedProcess, startShipped, temporaryDirectory } from './processes.ts';
import { type Relay, startRelay } from './relay.ts';
import { openWorkspace, type TestWorkspace } from './workspace.ts';

/** A bot whose Slack and whose PostgreSQL are each at the other end of a network that can fail. */
export interface OutageWorld {
  /** As people have it, who reach Slack by another way. */
  readonly workspace: TestWorkspace;
  /** Between the bot and Slack. */
  readonly slack: Relay;
  /** Between the bot and its database. */
  readonly network: Relay;
  readonly postgres: DatabaseServer;
  /** The bot that was started last. */
  bot(): ShippedProcess;
  /** Its own HTTP address. */
  url(): string;
  /** Starts one, beside those that still run; of this release. */
  startBot(): Promise<void>;
  /** What `/readyz` says. */
  ready(): Promise<Readiness>;
  stop(): Promise<void>;
}

const readinessSchema = z.object({ ok: z.boolean(), missing: z.array(z.string()) });
export type Readiness = z.output<typeof readinessSchema>;

/** A PostgreSQL of its own, as the bot's operator has one. */
export interface DatabaseServer extends BotPostgres {
  /** As its operator stops it: connections are ended, what was not committed is rolled back. */
  stop(): Promise<void>;
  /** Until it answers: one that is just ending is started when it has, one that hangs is ended first. */
  start(): Promise<void>;
}

/**
 * PostgreSQL 18 takes no connections for ever when its recovery fails before the busy machine has let the server know
 * that it began: seen on a full disk, where operators would start it anew, as is done here.
 */
const HANGS_AFTER = 10_000;

export interface OutageOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly configure: (config: DemoConfig) => void;
  /** Where the database keeps its files; of its own when absent. */
  readonly databaseDirectory?: string;
  /** What playground, config and first bot are of; this release when absent. */
  readonly release?: EarlierRelease;
}

/** A bot that takes alerts, and does not wait where nothing is to be seen. */
export const TAKES_ALERTS = {
  env: ALERT_ENV,
  configure: (config) => {
    quick(config);
    alerts(config);
  },
} satisfies OutageOptions;

/** Starts a playground, a PostgreSQL, what lies between, and a bot. */
export async function startOutageWorld(options: OutageOptions): Promise<OutageWorld> {
  await using stack = new AsyncDisposableStack();
  const directory = temporaryDirectory();
  stack.defer(() => directory.remove());
  const databaseDirectory = options.databaseDirectory ?? path.join(directory.path, 'database');
  const { url: databaseUrl, server: postgres } = await startDatabase(databaseDirectory);
  stack.defer(() => postgres.stop());
  const network = await startRelay({ to: Number(new URL(databaseUrl).port) });
  stack.defer(() => network.stop());
  const playground = await startShipped(['playground'], {
    env: { PLAYGROUND_PORT: String(await freePort()), SLIPWAY_DATA: path.join(directory.path, 'playground') },
    ready: 'Playground http',
    ...mainOf(options.release),
  });
  stack.defer(async () => void (await playground.stop()));
  const playgroundUrl = playground.url('Playground');
  const slack = await startRelay({ to: Number(new URL(playgroundUrl).port), hides: true });
  stack.defer(() => slack.stop());
  const config = path.join(directory.path, 'slipway.yaml');
  writeFileSync(config, await configText(options, playgroundUrl));
  const env = {
    SLIPWAY_PLAYGROUND: `http://127.0.0.1:${slack.port}`,
    SLIPWAY_CONFIG: config,
    DATABASE_URL: throughPort(databaseUrl, network.port),
    ...options.env,
  };
  const bots: { readonly bot: ShippedProcess; readonly port: number }[] = [];
  stack.defer(async () => void (await Promise.all(bots.map(({ bot }) => bot.stop()))));
  const newest = () => {
    const last = bots.at(-1);
    if (last === undefined) throw new Error('no bot is running');
    return last;
  };
  const start = async (release: EarlierRelease | undefined) => {
    const port = await freePort();
    const own = { PORT: String(port), SLIPWAY_DATA: path.join(directory.path, `bot-${port}`) };
    const what = { env: { ...own, ...env }, ready: 'Slipway ready', ...mainOf(release) };
    bots.push({ bot: await startShipped(['start'], what), port });
  };
  const world: OutageWorld = {
    workspace: await openWorkspace(playgroundUrl),
    slack,
    network,
    postgres,
    bot: () => newest().bot,
    url: () => `http://127.0.0.1:${newest().port}`,
    startBot: () => start(undefined),
    ready: async () => readinessSchema.parse(await (await fetch(`${world.url()}/readyz`)).json()),
    stop: () => owned.disposeAsync(),
  };
  await start(options.release);
  const owned = stack.move();
  return world;
}

function mainOf(release: EarlierRelease | undefined): { readonly main?: string } {
  return release === undefined ? {} : { main: release.main };
}

function configText({ release, configure }: OutageOptions, playgroundUrl: string): Promise<string> | string {
  if (release === undefined) return changedDemoConfig(playgroundUrl, configure);
  return changedConfig(release.demoConfig(playgroundUrl), configure);
}

async function startDatabase(
  directory: string,
): Promise<{ readonly url: string; readonly server: DatabaseServer }> {
  const embedded = await startEmbeddedPostgres(directory);
  const postgres = botPostgres(directory);
  const isAnswering = () =>
    postgres.query('select 1').then(
      () => true,
      () => false,
    );
  const start = async () => {
    for (let since = Date.now(); ; await delay(50)) {
      if (await embedded.ensureRunning()) since = Date.now();
      if (await isAnswering()) return;
      if (Date.now() - since > HANGS_AFTER) await embedded.stop();
    }
  };
  const server: DatabaseServer = { ...postgres, stop: () => embedded.stop(), start };
  return { url: embedded.url, server };
}

function throughPort(url: string, port: number): string {
  const through = new URL(url);
  through.port = String(port);
  return through.href;
}
