import { accept, type Outcome } from '../src/domain/refusal.ts';
import type { Command, CommandName, Vocabulary } from './command.ts';
import { type FlagSpec, readFlags, type Said, withFlags } from './flags.ts';
import type { Token } from './tokenize.ts';

/** One shape that a command may take: the flags that it knows, and what its words mean. */
export interface Sentence {
  readonly flags: FlagSpec;
  read(said: Said, vocabulary: Vocabulary): Outcome<Command>;
}

/** Reads the tokens as that sentence of that command. A question for help is answered whatever else stands there. */
export function readSentence(
  sentence: Sentence,
  request: {
    readonly command: CommandName;
    readonly tokens: readonly Token[];
    readonly vocabulary: Vocabulary;
  },
): Outcome<Command> {
  const said = readFlags(request.tokens, sentence.flags, request.vocabulary);
  if (said.help) return accept({ name: 'help', command: request.command });
  return withFlags(said, sentence.read(said, request.vocabulary));
}
