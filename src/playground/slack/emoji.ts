import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Slack's standard emoji: short name → character. Made from the `iamcal` short names of the npm package
 * emojibase-data 17.0.0 (MIT), which are the names that Slack uses.
 */
const EMOJI = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(new URL('./emoji.json', import.meta.url), 'utf8')));

const WITH_SKIN_TONE = /^(?<name>.+)::skin-tone-[2-6]$/;

/** Whether a reaction can have this name: a standard emoji, with or without a skin tone. */
export function isEmojiName(name: string): boolean {
  return Object.hasOwn(EMOJI, WITH_SKIN_TONE.exec(name)?.groups?.name ?? name);
}
