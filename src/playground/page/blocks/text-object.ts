/** @module Text objects: `{type: 'plain_text' | 'mrkdwn', text, emoji?}`. */
import { record, text } from '../json.ts';
import { parseMrkdwn, parsePlain } from '../text/mrkdwn.ts';
import { type Part, plainText } from '../text/tree.ts';

/** A text object's words where only a plain string fits (options, placeholders, titles). */
export function readTextObject(object: unknown): string {
  const { text: source, emoji } = record(object);
  return plainText(parsePlain(text(source), emoji !== false));
}

/** A text object as parts, parsed as its type says. */
export function readTextParts(object: unknown): readonly Part[] {
  const { type, text: source, emoji } = record(object);
  const words = text(source);
  if (words === '') return [];
  if (type === 'mrkdwn') return parseMrkdwn(words);
  return [{ kind: 'paragraph', children: parsePlain(words, emoji !== false) }];
}
