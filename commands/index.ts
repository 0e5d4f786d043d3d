import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import { backup } from './backup.ts';
import { canary } from './canary.ts';
import {
  COMMAND_NAMES,
  type Command,
  type CommandGrammar,
  type CommandName,
  type Vocabulary,
} from './command.ts';
import { deploy } from './deploy.ts';
import { unknownWord } from './refusals.ts';
import { rollback } from './rollback.ts';
import { status } from './status.ts';

/** Every command's grammar; a command without one does not compile. */
export const COMMANDS: Readonly<Record<CommandName, CommandGrammar>> = {
  deploy,
  rollback,
  canary,
  backup,
  status,
};

/** Reads a slash command: its name without the slash, and the text behind it as Slack delivers it. */
export function parseCommand(name: string, text: string, vocabulary: Vocabulary): Outcome<Command> {
  const command = readName(name);
  return command.ok ? COMMANDS[command.value].parse(text, vocabulary) : command;
}

/**
 * Reads the text behind a mention: its first word names the command. Nothing at all, or `help`, asks what
 * commands there are.
 */
export function parseMention(text: string, vocabulary: Vocabulary): Outcome<Command> {
  const [, name = '', rest = ''] = /^\s*(\S*)\s*(.*)$/s.exec(text) ?? [];
  if (!['', 'help', '?', '-h', '--help', '—help'].includes(name)) return parseCommand(name, rest, vocabulary);
  if (rest === '') return accept({ name: 'help', command: null });
  const command = readName(rest.trim());
  return command.ok ? accept({ name: 'help', command: command.value }) : command;
}

function readName(word: string): Outcome<CommandName> {
  const command = COMMAND_NAMES.find((name) => name === word);
  if (command !== undefined) return accept(command);
  return refuse(unknownWord({ role: 'subcommand', word, spellings: COMMAND_NAMES, allowed: COMMAND_NAMES }));
}
