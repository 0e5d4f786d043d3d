import { writeFileSync } from 'node:fs';
import { changedDemoConfig, type DemoConfig } from './demo-config.ts';
import {
  freePort,
  type ShippedProcess,
  startShipped,
  type TemporaryDirectory,
  temporaryDirectory,
} from './processes.ts';
import { openWorkspace, type TestWorkspace } from './workspace.ts';

/** A playground in a process of its own, and a bot that can be killed without it. */
export interface RunningBot {
  readonly workspace: TestWorkspace;
  readonly directory: string;
  /** What the bot runs with, to run another `slipway` beside it. */
  readonly env: Readonly<Record<string, string>>;
  bot(): ShippedProcess;
  /** The bot's own HTTP address. */
  url(): string;
  startBot(env?: Readonly<Record<string, string>>): Promise<void>;
  killBot(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both, from an empty data directory; `configure` changes the demo's config for the bot. */
export async function startBotWithPlayground(
  more: Readonly<Record<string, string>> = {},
  configure?: (config: DemoConfig) => void,
): Promise<RunningBot> {
  const directory = temporaryDirectory();
  const playground = await startPlayground(directory);
  const playgroundUrl = playground.url('Playground');
  const env = {
    PORT: String(await freePort()),
    SLIPWAY_DATA: `${directory.path}/bot`,
    SLIPWAY_PLAYGROUND: playgroundUrl,
    ...more,
    ...(configure === undefined ? {} : await writeConfig(directory, playgroundUrl, configure)),
  };
  let bot: ShippedProcess | null = null;
  const running: RunningBot = {
    workspace: await openWorkspace(playgroundUrl),
    directory: directory.path,
    env,
    bot: () => {
      if (bot === null) throw new Error('the bot is not running');
      return bot;
    },
    url: () => running.bot().url('Slipway ready'),
    startBot: async (other = {}) => {
      bot = await startShipped(['start'], { env: { ...env, ...other }, ready: 'Slipway ready' });
    },
    killBot: async () => {
      await bot?.kill();
      bot = null;
    },
    stop: async () => {
      await bot?.stop();
      await playground.stop();
      await stopLeftDatabase(directory);
      directory.remove();
    },
  };
  await running.startBot();
  return running;
}

async function writeConfig(
  directory: TemporaryDirectory,
  playgroundUrl: string,
  configure: (config: DemoConfig) => void,
): Promise<{ readonly SLIPWAY_CONFIG: string }> {
  const file = `${directory.path}/slipway.yaml`;
  writeFileSync(file, await changedDemoConfig(playgroundUrl, configure));
  return { SLIPWAY_CONFIG: file };
}

async function startPlayground(directory: TemporaryDirectory): Promise<ShippedProcess> {
  return startShipped(['playground'], {
    env: { PLAYGROUND_PORT: String(await freePort()), SLIPWAY_DATA: `${directory.path}/playground` },
    ready: 'Playground http',
  });
}

/** A bot that was killed leaves its database running, for the next one to adopt. */
async function stopLeftDatabase(directory: TemporaryDirectory): Promise<void> {
  const { startEmbeddedPostgres } = await import('../../src/store/embedded/embedded-postgres.ts');
  const left = await startEmbeddedPostgres(`${directory.path}/bot`);
  await left.stop();
}
