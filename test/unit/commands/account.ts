import type { Command, Vocabulary } from '../../../commands/command.ts';
import type { Token } from '../../../commands/tokenize.ts';
import type { CanaryInstruction } from '../../../src/domain/canary.ts';
import type { LockScope } from '../../../src/domain/lock.ts';
import type { RequestOptions } from '../../../src/domain/request.ts';
import type { TargetRef } from '../../../src/domain/target.ts';

/** A command, or what was typed, as one list of canonical words and the flags with their texts. */
export interface Account {
  readonly words: readonly string[];
  /** Sorted, since flags stand anywhere. */
  readonly flags: readonly string[];
}

/** What the command says, every word in the order of its grammar; null for commands that change nothing and name nothing. */
export function accountOfCommand(command: Command): Account {
  switch (command.name) {
    case 'help':
    case 'deploy-form':
      return { words: [], flags: [] };
    case 'deploy': {
      const services = command.targets.map(({ service }) => service);
      const environments = new Set(command.targets.map(({ environment }) => environment));
      return { words: [...services, command.version, ...environments], flags: flagsOf(command) };
    }
    case 'rollback': {
      const { service, environment } = command.target;
      return { words: [service, environment, ...optional(command.to)], flags: flagsOf(command) };
    }
    case 'canary': {
      const { service, environment } = command.target;
      const opening = [...optional(command.percent?.toString() ?? null), ...(command.auto ? ['auto'] : [])];
      return { words: [...opening, service, command.version, environment], flags: flagsOf(command) };
    }
    case 'canary-instruction':
      return instructionAccount(command.instruction, command.target);
    case 'canary-status':
      return { words: ['status', ...placeWords(command.target)], flags: [] };
    case 'backup': {
      const { service, environment } = command.target;
      return { words: [service, environment], flags: flagsOf(command) };
    }
    case 'backup-list':
      return { words: ['list', ...optional(command.service), ...optional(command.environment)], flags: [] };
    case 'backup-verify':
    case 'backup-restore': {
      const { backup, service, environment } = command;
      const verb = command.name === 'backup-verify' ? 'verify' : 'restore';
      return {
        words: [verb, backup, ...optional(service), ...optional(environment)],
        flags: flagsOf(command),
      };
    }
    case 'history':
      return { words: ['history', ...optional(command.service)], flags: [] };
    case 'status':
      return { words: [...optional(command.service), ...optional(command.environment)], flags: [] };
    case 'status-why':
      return { words: ['why', command.target.service, command.target.environment], flags: [] };
    case 'stop':
      return { words: ['stop', command.target.service, command.target.environment], flags: [] };
    case 'status-incidents':
      return { words: ['incidents'], flags: [] };
    case 'unlock':
      return { words: ['unlock', ...scopeWords(command.scope)], flags: [] };
    case 'lock': {
      const end = command.duration === null ? [] : ['for', `${command.duration}ms`];
      return { words: ['lock', ...scopeWords(command.scope), ...end], flags: [`--reason ${command.reason}`] };
    }
  }
}

function instructionAccount(instruction: CanaryInstruction, target: TargetRef | null): Account {
  const place = placeWords(target);
  if (instruction.kind === 'move') return { words: [`${instruction.percent}`, ...place], flags: [] };
  const reason = instruction.kind === 'abort' ? instruction.reason : null;
  return { words: [instruction.kind, ...place], flags: reason === null ? [] : [`--reason ${reason}`] };
}

function placeWords(target: TargetRef | null): readonly string[] {
  return target === null ? [] : [target.service, target.environment];
}

/** What was typed behind `/canary`, with its percent written as a bare number. */
export function withoutPercentSign({ words, flags }: Account): Account {
  const [first = '', second = ''] = words;
  const [, digits, unit] = /^(\d+)(%|percent)?$/i.exec(first) ?? [];
  if (digits === undefined) return { words, flags };
  const unitBehind = unit === undefined && /^(%|percent)$/i.test(second);
  return { words: [digits, ...words.slice(unitBehind ? 2 : 1)], flags };
}

/** What was typed, with aliases, lists and `service@version` written out and the optional `to` left out. */
export function accountOfTokens(tokens: readonly Token[], vocabulary: Vocabulary): Account {
  const words: string[] = [];
  const flags: string[] = [];
  let flag: string | null = null;
  for (const token of tokens) {
    if (token.kind === 'flag') {
      if (flag !== null) flags.push(flag);
      flag = token.value === null ? token.name : null;
      if (token.value !== null) flags.push(`${token.name} ${token.value}`);
    } else if (flag !== null && flag !== '--dry-run') {
      flags.push(`${flag} ${token.text}`);
      flag = null;
    } else if (token.kind === 'text') {
      flags.push(`--reason ${token.text}`);
    } else {
      words.push(...wordsOf(token.text, vocabulary));
    }
  }
  if (flag !== null) flags.push(flag);
  return { words: withDurations(words.filter((word) => word !== 'to')), flags: flags.sort() };
}

/** Does the command say every word that was typed, in order, and nothing else but the channel's defaults? */
export function accounts(typed: Account, command: Account, vocabulary: Vocabulary): boolean {
  const defaults = [vocabulary.defaults.service, vocabulary.defaults.environment];
  let next = 0;
  for (const word of command.words) {
    if (word === typed.words[next]) next += 1;
    else if (!defaults.includes(word)) return false;
  }
  return next === typed.words.length && JSON.stringify(typed.flags) === JSON.stringify(command.flags);
}

function flagsOf(command: { readonly dryRun: boolean; readonly options: RequestOptions }): readonly string[] {
  const { emergency, reason } = command.options;
  return [
    ...(command.dryRun ? ['--dry-run'] : []),
    ...(emergency === null ? [] : [`--emergency ${emergency}`]),
    ...(reason === null ? [] : [`--reason ${reason}`]),
  ];
}

function scopeWords(scope: LockScope): readonly string[] {
  switch (scope.kind) {
    case 'everything':
      return ['everything'];
    case 'environment':
      return [scope.environment];
    case 'service':
      return [scope.service];
    case 'target':
      return [scope.service, scope.environment];
  }
}

function optional(word: string | null): readonly string[] {
  return word === null ? [] : [word];
}

function wordsOf(text: string, vocabulary: Vocabulary): readonly string[] {
  return text
    .split(/[,@]/)
    .filter((word) => word !== '')
    .map((word) => {
      const named = [...vocabulary.services, ...vocabulary.environments];
      return named.find(({ aliases }) => aliases.includes(word))?.name ?? word;
    });
}

function withDurations(words: readonly string[]): readonly string[] {
  const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return words.map((word, index) => {
    const [, count, unit] = /^(\d+)([smhd])$/.exec(word) ?? [];
    const length = Object.entries(units).find(([name]) => name === unit)?.[1];
    return words[index - 1] === 'for' && length !== undefined ? `${Number(count) * length}ms` : word;
  });
}
