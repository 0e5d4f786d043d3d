import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Slack's standard emoji: short name → character. Made from the `iamcal` short names of the npm package
 * emojibase-data 17.0.0 (MIT), which are the names that Slack uses; of several, the first comes first.
 */
const EMOJI = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(new URL('./emoji.json', import.meta.url), 'utf8')));

/** The first name of each character: `thumbsup` is `+1`. */
const FIRST_NAMES = new Map(
  Object.entries(EMOJI)
    .reverse()
    .map(([name, character]) => [character, name]),
);

const REACTION = /^:?(?<name>[^:]+)(?<tone>::skin-tone-[2-6])?:?$/;

/** The name that a reaction is kept under, for any name of the emoji; undefined if there is none. */
export function canonicalEmoji(given: string): string | undefined {
  const { name = '', tone = '' } = REACTION.exec(given)?.groups ?? {};
  const character = Object.hasOwn(EMOJI, name) ? EMOJI[name] : undefined;
  return character === undefined ? undefined : `${FIRST_NAMES.get(character) ?? name}${tone}`;
}
