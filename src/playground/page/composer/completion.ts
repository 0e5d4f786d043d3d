/** @module What the composer offers to complete. Pure. */
import type { Cloud } from '../model/cloud.ts';
import type { Workspace } from '../model/workspace.ts';
import { emojiGlyph, emojiNames } from '../text/emoji.ts';

export interface Suggestion {
  /** What takes the place of the word being typed. */
  readonly insert: string;
  readonly label: string;
  /** What may follow, in the app's words. */
  readonly usage: string;
  readonly detail: string;
}

/** Suggestions for the word that ends at the caret. */
export interface Completion {
  readonly from: number;
  readonly suggestions: readonly Suggestion[];
  /** Whether Enter takes the first one; otherwise Enter sends, and Tab completes. */
  readonly isEager: boolean;
  /** The command's usage, while its arguments are typed. */
  readonly hint: string;
}

const MOST = 8;

/** What to offer for `typed` with the caret at `caret`; nothing if there is nothing to offer. */
export function complete(
  typed: string,
  caret: number,
  { workspace, cloud }: { readonly workspace: Workspace; readonly cloud: Cloud | undefined },
): Completion | undefined {
  const before = typed.slice(0, caret);
  const from = before.search(/\S*$/);
  const word = before.slice(from);
  if (before.startsWith('/') && from === 0) return completeCommand(word, workspace);
  if (before.startsWith('/')) return completeArgument({ before, from, word }, workspace, cloud);
  if (word.startsWith('@')) return completeName(from, word, workspace.users);
  if (word.startsWith('#')) return completeName(from, word, workspace.channels);
  if (/^:[a-z0-9_+-]{2,}$/.test(word)) return completeEmoji(from, word);
  return undefined;
}

function found(
  from: number,
  suggestions: readonly Suggestion[],
  isEager: boolean,
  hint = '',
): Completion | undefined {
  if (suggestions.length === 0 && hint === '') return undefined;
  return { from, suggestions: suggestions.slice(0, MOST), isEager, hint };
}

function completeCommand(word: string, { commands }: Workspace): Completion | undefined {
  const matching = commands.filter(({ command }) => command.startsWith(word));
  const isComplete = matching.some(({ command }) => command === word);
  const suggestions = matching.map(({ command, description, usageHint }) => ({
    insert: `${command} `,
    label: command,
    usage: usageHint,
    detail: description,
  }));
  return found(0, suggestions, !isComplete);
}

/** Services until one is named, then the environments of that service and the versions that its revisions have. */
function completeArgument(
  { before, from, word }: { readonly before: string; readonly from: number; readonly word: string },
  { commands, targets }: Workspace,
  cloud: Cloud | undefined,
): Completion | undefined {
  const [command = '', ...words] = before.slice(0, from).trim().split(/\s+/);
  const hint = commands.find((known) => known.command === command)?.usageHint ?? '';
  const service = targets.find((target) => words.includes(target.service))?.service;
  const offered = service === undefined ? services(targets) : argumentsOf(service, targets, cloud);
  const fresh = offered.filter(
    ({ label }) => label.startsWith(word) && label !== word && !words.includes(label),
  );
  const isDone = targets.some((target) => words.includes(target.environment));
  return found(from, isDone ? [] : fresh, false, hint === '' ? '' : `${command} ${hint}`);
}

function services(targets: Workspace['targets']): readonly Suggestion[] {
  const names = [...new Set(targets.map((target) => target.service))];
  return names.map((name) => {
    const environments = targets
      .filter((target) => target.service === name)
      .map((target) => target.environment);
    return word(name, `service in ${environments.join(', ')}`);
  });
}

function argumentsOf(
  service: string,
  targets: Workspace['targets'],
  cloud: Cloud | undefined,
): readonly Suggestion[] {
  const own = targets.filter((target) => target.service === service);
  const urls = new Set(own.map((target) => target.url));
  const revisions = (cloud?.services ?? [])
    .filter((running) => urls.has(running.url))
    .flatMap((running) => running.revisions.map((revision) => revision.version));
  return [
    ...own.map((target) => word(target.environment, 'environment')),
    ...[...new Set(revisions)].map((version) => word(version, 'version deployed before')),
  ];
}

const word = (name: string, detail: string): Suggestion => ({
  insert: `${name} `,
  label: name,
  usage: '',
  detail,
});

function completeName(
  from: number,
  typed: string,
  entries: readonly { readonly name: string; readonly realName?: string; readonly topic?: string }[],
): Completion | undefined {
  const sign = typed.slice(0, 1);
  const prefix = typed.slice(1).toLowerCase();
  const suggestions = entries
    .filter(({ name, realName }) =>
      [name, realName ?? ''].some((one) => one.toLowerCase().startsWith(prefix)),
    )
    .map(({ name, realName, topic }) => word(`${sign}${name}`, realName ?? topic ?? ''));
  return found(from, suggestions, true);
}

function completeEmoji(from: number, typed: string): Completion | undefined {
  const suggestions = emojiNames(typed.slice(1)).map((name) => ({
    insert: `${emojiGlyph(name) ?? ''} `,
    label: `${emojiGlyph(name) ?? ''} :${name}:`,
    usage: '',
    detail: '',
  }));
  return found(from, suggestions, false);
}
