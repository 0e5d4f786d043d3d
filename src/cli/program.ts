import { Command, CommanderError } from 'commander';
import { readConfigFile } from '../config/file.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import { loadConfig } from '../config/load.ts';
import { reportConfig, reportProblems } from './config-report.ts';
import { type DoctorCheck, examine } from './doctor.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** What the commands do that need the whole of Slipway; `slipway.ts` brings it. */
export interface Actions {
  start(): Promise<ExitCode>;
  playground(): Promise<ExitCode>;
  /** Everything the doctor looks at. */
  doctor(): Promise<readonly DoctorCheck[]>;
  auditVerify(): Promise<ExitCode>;
  auditExport(): Promise<ExitCode>;
}

export interface ProgramOptions {
  readonly version: string;
  readonly terminal: Terminal;
}

/** Runs `slipway` with its arguments (without node and script) and says how it ended. Throws only for faults. */
export async function runProgram(
  args: readonly string[],
  actions: Actions,
  options: ProgramOptions,
): Promise<ExitCode> {
  let ended: ExitCode = EXIT.ok;
  const program = createProgram(actions, options, (code) => {
    ended = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return ended;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.unusable;
  }
}

/** The `slipway` command with all its subcommands. `end` is told how the one that ran has ended. */
export function createProgram(
  actions: Actions,
  { version, terminal }: ProgramOptions,
  end: (code: ExitCode) => void,
): Command {
  const program = new Command('slipway')
    .description('A Slack bot that ships software: /deploy, approved by emoji, proven to be serving.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.say(text.trimEnd()),
      writeErr: (text) => terminal.complain(text.trimEnd()),
    });
  program
    .command('start')
    .description('run the bot; without Slack tokens, together with a playground to try it in')
    .action(async () => end(await actions.start()));
  program
    .command('playground')
    .description('run only the playground: a local Slack workspace and a demo cloud')
    .action(async () => end(await actions.playground()));
  program
    .command('check')
    .argument('[config]', 'the file to check', 'slipway.yaml')
    .description('say whether a config is valid, and everything that is wrong with it')
    .action(async (file: string) => end(await check(file, terminal)));
  program
    .command('doctor')
    .description('look at config, database, Slack and every target, and say what is missing')
    .action(async () => end(await examine(await actions.doctor(), terminal)));
  program
    .command('schema')
    .description('print the JSON Schema of slipway.yaml')
    .action(() => terminal.say(JSON.stringify(configJsonSchema(), null, 2)));
  addAudit(program, actions, end);
  return program;
}

function addAudit(program: Command, actions: Actions, end: (code: ExitCode) => void): void {
  const audit = program.command('audit').description('the record of who did what');
  audit
    .command('verify')
    .description('check that nothing in the record was changed or taken out')
    .action(async () => end(await actions.auditVerify()));
  audit
    .command('export')
    .description('print the record, a line of JSON for each entry')
    .action(async () => end(await actions.auditExport()));
}

/** 0 for a valid config, 1 for one with problems, 2 if there is none to check. */
async function check(file: string, terminal: Terminal): Promise<ExitCode> {
  const read = await readConfigFile(file);
  if (!read.ok) {
    terminal.complain(`${file} ${read.reason}.`);
    return EXIT.unusable;
  }
  const loaded = loadConfig(read.bytes);
  if (loaded.ok) {
    reportConfig(file, loaded.config, terminal);
    return EXIT.ok;
  }
  reportProblems(file, loaded.errors, terminal);
  return EXIT.problems;
}
