import type { Release } from '../../domain/release.ts';
import type { TargetRef } from '../../domain/target.ts';
import type { ReleaseNote } from '../../operations/source/releases.ts';
import type { MessageContent } from '../content.ts';
import { code, link, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { section } from './blocks.ts';
import { refusalSentence } from './refusals.ts';

/** What a channel reads of a release that waits, or that was not deployed. */
export function renderRelease(
  told: { readonly release: Release; readonly target: TargetRef; readonly note: ReleaseNote },
  words: Words,
): MessageContent {
  const { release, target, note } = told;
  const which = `${link(release.url, release.tag)} (${prose(release.repository)})`;
  const head = words.release.published(release.kind, which, code(release.publisher));
  const lines = [head, ...noteLines(note, target, words)];
  return { text: lines.join(' '), blocks: [section(lines, words.more)] };
}

function noteLines(note: ReleaseNote, target: TargetRef, words: Words): readonly string[] {
  switch (note.kind) {
    case 'waiting':
      return [
        words.release.waiting(target, moment(note.until)),
        ...note.refusals.map((one) => refusalSentence(one, words)),
      ];
    case 'not-deployed':
      return [words.release.notDeployed(target), ...note.refusals.map((one) => refusalSentence(one, words))];
    case 'overtaken':
      return [words.release.overtaken(target, code(note.by))];
    case 'begun':
      return [words.release.begun(target)];
  }
}
