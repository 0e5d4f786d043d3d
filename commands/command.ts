import type { CanaryInstruction } from '../src/domain/canary.ts';
import type { LockScope } from '../src/domain/lock.ts';
import type { Outcome } from '../src/domain/refusal.ts';
import type { RequestOptions } from '../src/domain/request.ts';
import type { TargetRef } from '../src/domain/target.ts';

/** The slash commands there are, without the slash. */
export const COMMAND_NAMES = ['deploy', 'rollback', 'canary', 'backup', 'status'] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

/** A command that was understood to its last word. Nothing in it is guessed. */
export type Command =
  | {
      readonly name: 'deploy';
      /** At least one; several only when several services were named. */
      readonly targets: readonly TargetRef[];
      readonly version: string;
      /** The one part that is meant, where it is not the whole. */
      readonly only?: string;
      readonly dryRun: boolean;
      readonly options: RequestOptions;
    }
  | { readonly name: 'deploy-form'; readonly service: string | null; readonly environment: string | null }
  | { readonly name: 'history'; readonly service: string | null }
  | {
      readonly name: 'lock';
      readonly scope: LockScope;
      readonly reason: string;
      /** Milliseconds from now; null for no end. */
      readonly duration: number | null;
    }
  | { readonly name: 'unlock'; readonly scope: LockScope }
  /** Ends what is running there, whatever kind of operation it is. */
  | { readonly name: 'stop'; readonly target: TargetRef }
  | {
      readonly name: 'rollback';
      readonly target: TargetRef;
      readonly to: string | null;
      readonly dryRun: boolean;
      readonly options: RequestOptions;
    }
  /** Starts a canary. */
  | {
      readonly name: 'canary';
      readonly target: TargetRef;
      readonly version: string;
      readonly percent: number | null;
      readonly auto: boolean;
      readonly dryRun: boolean;
      readonly options: RequestOptions;
    }
  /** Tells one that is running what to do; null means the one that runs in this channel. */
  | {
      readonly name: 'canary-instruction';
      readonly target: TargetRef | null;
      readonly instruction: CanaryInstruction;
    }
  | { readonly name: 'canary-status'; readonly target: TargetRef | null }
  | {
      readonly name: 'backup';
      readonly target: TargetRef;
      readonly dryRun: boolean;
      readonly options: RequestOptions;
    }
  /** Verifies or restores one, by its id; service and environment only where they were said. */
  | {
      readonly name: 'backup-verify' | 'backup-restore';
      readonly backup: string;
      readonly service: string | null;
      readonly environment: string | null;
      readonly dryRun: boolean;
      readonly options: RequestOptions;
    }
  | { readonly name: 'backup-list'; readonly service: string | null; readonly environment: string | null }
  | { readonly name: 'status'; readonly service: string | null; readonly environment: string | null }
  | { readonly name: 'status-why'; readonly target: TargetRef }
  | { readonly name: 'status-incidents' }
  /** Null asks what commands there are. */
  | { readonly name: 'help'; readonly command: CommandName | null };

/** The words that a person may use here, from the config and the channel. */
export interface Vocabulary {
  readonly services: readonly {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly environments: readonly string[];
  }[];
  readonly environments: readonly { readonly name: string; readonly aliases: readonly string[] }[];
  /** What is meant in this channel when it is not said. */
  readonly defaults: { readonly service: string | null; readonly environment: string | null };
}

/** One slash command: its grammar as a pure function, and what its help says. */
export interface CommandGrammar {
  readonly name: CommandName;
  /** One line for Slack's completion. */
  readonly description: string;
  /** Shown behind the command while typing: `service version environment`. */
  readonly usageHint: string;
  /** Examples with what each does, in order of use. */
  readonly examples: readonly { readonly text: string; readonly does: string }[];
  parse(text: string, vocabulary: Vocabulary): Outcome<Command>;
}
