/**
 * What the `slipway` command does: the only file that sees everything.
 * @module
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from 'pino';
import { startBot } from './bot.ts';
import { reportProblems, reportSettings } from './cli/config-report.ts';
import type { DoctorCheck } from './cli/doctor.ts';
import { EXIT, type ExitCode } from './cli/exit.ts';
import { type Actions, runProgram } from './cli/program.ts';
import { readSlackManifest } from './cli/slack-manifest.ts';
import { createTerminal } from './cli/terminal.ts';
import { readSettings, type Settings } from './config/settings.ts';
import { doctorChecks } from './doctor.ts';
import { createLog } from './log.ts';
import { repeatedly } from './operations/repeatedly.ts';
import { startPlayground } from './playground/playground.ts';
import { type ReadSetup, readPlaygroundSetup, readSlackSetup } from './setup.ts';
import { readAudit, verifyAudit } from './store/audit.ts';
import { claimDataDirectory } from './store/data-directory.ts';
import { type Database, openDatabase } from './store/database.ts';
import { embeddedPostgresUrl, startEmbeddedPostgres } from './store/embedded/embedded-postgres.ts';
import { migrate } from './store/migrate.ts';

/** Visitors a second on each demo service: enough for a split to be seen, and for a bad version to show. */
const VISITORS = 4;
/** Milliseconds between two looks at the database that was brought along. */
const DATABASE_WATCH = 500;

const terminal = createTerminal(process.stdout, process.stderr, () => {
  if (process.exitCode === EXIT.problems) return;
  process.exitCode = EXIT.problems;
  terminal.complain('The disk is full: not everything could be written.');
});

const actions: Actions = {
  start: () => withSettings(start),
  playground: () => withSettings(playground),
  doctor,
  auditVerify: () => withSettings((settings) => withDatabase(settings, verify)),
  auditExport: () => withSettings((settings) => withDatabase(settings, exportAudit)),
};

/** Runs `slipway <args>` to its end; resolves to its exit code. The process has one before if not all could be written. */
export function slipway(args: readonly string[]): Promise<ExitCode> {
  return runProgram(args, actions, { version: ownVersion(), terminal });
}

async function withSettings(work: (settings: Settings) => Promise<ExitCode>): Promise<ExitCode> {
  const read = readSettings({ env: process.env, readFile: (file) => readFileSync(file, 'utf8') });
  if (read.ok) return work(read.settings);
  reportSettings(read.problems, terminal);
  return EXIT.unusable;
}

/** Runs the bot until it is asked to stop. */
async function start(settings: Settings): Promise<ExitCode> {
  await using stack = new AsyncDisposableStack();
  const stopped = stopRequested();
  const log = createLog(settings);
  try {
    const directory = claimDataDirectory(settings.dataDirectory);
    stack.defer(async () => directory.release());
    const setup = await readSetup(settings, stack);
    if (!setup.ok) return reportSetup(setup);
    const databaseUrl = await ensureDatabase(settings, log, stack);
    const takenOver = Promise.withResolvers<void>();
    const bot = await startBot({
      setup: setup.setup,
      port: settings.port,
      // A playground is for this machine, and so is the bot in it.
      ...(settings.mode.kind === 'playground' ? { host: '127.0.0.1' } : {}),
      databaseUrl,
      log,
      onTakenOver: takenOver.resolve,
    });
    stack.defer(() => bot.stop());
    terminal.say(`Slipway ready ${bot.url}`);
    const why = await Promise.race([stopped, takenOver.promise.then(() => 'taken-over' as const)]);
    if (why === 'taken-over')
      terminal.complain('Another process took over the work of this one, which ends now.');
    return why === 'taken-over' ? EXIT.problems : EXIT.ok;
  } catch (error) {
    return reportFailure(error, log);
  }
}

/** Runs only the playground until it is asked to stop. */
async function playground(settings: Settings): Promise<ExitCode> {
  await using stack = new AsyncDisposableStack();
  const stopped = stopRequested();
  const port =
    settings.mode.kind === 'playground' && settings.mode.where === 'embedded' ? settings.mode.port : 0;
  try {
    await openPlayground(settings, port, stack);
    await stopped;
    return EXIT.ok;
  } catch (error) {
    return reportFailure(error, createLog(settings));
  }
}

/** What the doctor is to look at; with wrong settings there is nothing to look at, and they are told. */
async function doctor(): Promise<readonly DoctorCheck[]> {
  const read = readSettings({ env: process.env, readFile: (file) => readFileSync(file, 'utf8') });
  if (!read.ok) {
    reportSettings(read.problems, terminal);
    const remedy = 'Correct the environment as told above.';
    const finding = { subject: 'Environment', ok: false, detail: 'has problems', remedy };
    return [{ subject: 'Environment', run: async () => [finding] }];
  }
  const { settings } = read;
  const setup = await runningSetup(settings).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  return doctorChecks({ setup, databaseUrl: () => runningDatabase(settings), manifest: readSlackManifest() });
}

/** The setup of a bot that runs already: its playground is not started, but found. */
async function runningSetup(settings: Settings): Promise<ReadSetup> {
  const { mode } = settings;
  if (mode.kind === 'slack') return readSlackSetup(mode, settings);
  const url = mode.where === 'attached' ? mode.url : `http://127.0.0.1:${mode.port}`;
  return readPlaygroundSetup({ url, configPath: mode.configPath }, settings);
}

async function runningDatabase(settings: Settings): Promise<string> {
  if (settings.databaseUrl !== null) return settings.databaseUrl.reveal();
  const url = embeddedPostgresUrl(settings.dataDirectory);
  if (url === null) throw new Error(`no database runs in ${settings.dataDirectory}: the bot starts it`);
  return url;
}

/** The setup that the settings ask for; an embedded playground is started for it. */
async function readSetup({ mode, ...settings }: Settings, stack: AsyncDisposableStack): Promise<ReadSetup> {
  if (mode.kind === 'slack') return readSlackSetup(mode, settings);
  const url = mode.where === 'attached' ? mode.url : await openPlayground(settings, mode.port, stack);
  return readPlaygroundSetup({ url, configPath: mode.configPath }, settings);
}

async function openPlayground(
  { dataDirectory }: Pick<Settings, 'dataDirectory'>,
  port: number,
  stack: AsyncDisposableStack,
): Promise<string> {
  const manifest = readSlackManifest();
  const app = {
    commands: manifest.features.slash_commands,
    scopes: manifest.oauth_config.scopes.bot,
    events: manifest.settings.event_subscriptions.bot_events,
  };
  const dataDir = path.join(dataDirectory, 'playground');
  const claimed = claimDataDirectory(dataDir);
  stack.defer(async () => claimed.release());
  const opened = await startPlayground({ port, dataDir, app, visitors: VISITORS });
  stack.defer(() => opened.stop());
  terminal.say(`Playground ${opened.url}`);
  return opened.url;
}

/** The database that the bot brings along is started again should it be ended from outside. */
async function ensureDatabase(settings: Settings, log: Logger, stack: AsyncDisposableStack): Promise<string> {
  if (settings.databaseUrl !== null) return settings.databaseUrl.reveal();
  const postgres = await startEmbeddedPostgres(settings.dataDirectory);
  stack.defer(() => postgres.stop());
  const watch = repeatedly('keeping the database running', DATABASE_WATCH, log, async () => {
    if (await postgres.ensureRunning()) log.error('the database had died and was started again');
  });
  stack.defer(() => watch.stop());
  return postgres.url;
}

/** The database of a bot that may be running meanwhile: only what was started here is stopped. */
async function borrowDatabase(settings: Settings, stack: AsyncDisposableStack): Promise<string> {
  if (settings.databaseUrl !== null) return settings.databaseUrl.reveal();
  const postgres = await startEmbeddedPostgres(settings.dataDirectory);
  if (!postgres.adopted) stack.defer(() => postgres.stop());
  return postgres.url;
}

async function withDatabase(
  settings: Settings,
  work: (database: Database) => Promise<ExitCode>,
): Promise<ExitCode> {
  await using stack = new AsyncDisposableStack();
  const database = openDatabase(await borrowDatabase(settings, stack), () => undefined);
  stack.defer(() => database.end());
  await migrate(database);
  // Awaited here: the database is closed when this function is left.
  return await work(database);
}

async function verify(database: Database): Promise<ExitCode> {
  const verdict = await verifyAudit(readAudit(database));
  if (verdict.ok) {
    terminal.say(
      `${terminal.paint('green', '✓')} ${verdict.records} lines, all as they were written; the last is ${verdict.head}.`,
    );
    return EXIT.ok;
  }
  terminal.complain(`${terminal.paint('red', '✗')} The audit trail is broken: ${verdict.why}.`);
  return EXIT.problems;
}

async function exportAudit(database: Database): Promise<ExitCode> {
  for await (const record of readAudit(database)) terminal.say(JSON.stringify(record));
  return EXIT.ok;
}

function reportSetup(setup: Exclude<ReadSetup, { ok: true }>): ExitCode {
  if ('errors' in setup) reportProblems(setup.file, setup.errors, terminal);
  else if ('problem' in setup) reportSettings([setup.problem], terminal);
  else terminal.complain(`${setup.file} ${setup.unreadable}. Set SLIPWAY_CONFIG to another file.`);
  return EXIT.unusable;
}

/** What kept it from starting, one sentence for a person; the whole of it in the log. */
function reportFailure(error: unknown, log: Logger): ExitCode {
  terminal.complain(
    `${terminal.paint('red', '✗')} ${error instanceof Error ? error.message : String(error)}`,
  );
  log.debug({ err: error }, 'could not start');
  return EXIT.unusable;
}

/** Resolves when the process is asked to stop; a second time ends it at once. */
function stopRequested(): Promise<'stopped'> {
  return new Promise((resolve) => {
    const stop = () => {
      resolve('stopped');
      process.once('SIGINT', () => process.exit(130));
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
}

function ownVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return version;
}
