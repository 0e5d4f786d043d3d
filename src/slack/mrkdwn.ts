/**
 * Text for Slack's mrkdwn (https://docs.slack.dev/messaging/formatting-message-text). Everything that
 * people, targets or files said goes through {@link prose} or {@link code}: it is shown as it was said,
 * formats nothing, links nothing and pings nobody.
 */

/** Invisible, and neither a letter nor a blank to Slack, so that no marker begins or ends beside it. */
const NOTHING = '\u200b';
/** Control characters, and marks that reverse or hide text. */
const UNPRINTABLE = /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/gu;
/** Slack reads a marker as formatting only at the edge of a word; those within a name stay untouched. */
const MARKER = /(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])/gu;
/** Nobody reads 64 digits; twelve are enough to compare. */
const DIGEST = /sha256:([0-9a-f]{12})[0-9a-f]{52}/g;
const EMOJI = /:(?=[\w'+-]+:)/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Longest piece of foreign text that is worth reading in a message; the record keeps all of it. */
const LONGEST = 300;

/** Foreign text among words: one line, cut after `limit` characters, without any effect. */
export function prose(text: string, limit: number = LONGEST): string {
  return withEntities(clip(oneLine(text).replace(DIGEST, 'sha256:$1…'), limit))
    .replace(MARKER, (marker) => `${NOTHING}${marker}${NOTHING}`)
    .replace(EMOJI, `:${NOTHING}`)
    .replaceAll('`', 'ˋ');
}

/** Foreign text that people copy (versions, digests, names), in a code span. */
export function code(text: string, limit = 80): string {
  const shown = clip(oneLine(text), limit).replaceAll('`', 'ˋ');
  return shown === '' ? '' : `\`${withEntities(shown)}\``;
}

/** Foreign text of several lines as it was written; where that is too much, its last lines. */
export function preformatted(text: string, limit = 1_400): string {
  const shown: string[] = [];
  let length = 0;
  for (const line of text.split('\n').reverse()) {
    const safe = withEntities(clip(line.replace(UNPRINTABLE, ' ').trimEnd(), LONGEST)).replaceAll('`', 'ˋ');
    length += safe.length + 1;
    if (length > limit) break;
    shown.unshift(safe);
  }
  return `\`\`\`\n${shown.join('\n')}\n\`\`\``;
}

/** Foreign text for a `plain_text` object, which Slack parses nothing in but emoji. */
export function plain(text: string, limit: number): string {
  return clip(oneLine(text), limit);
}

/** A person by their Slack ID; anybody else by the name that the config gives them. */
export function mention(person: string): string {
  if (/^[UW][A-Z0-9]{2,}$/.test(person)) return `<@${person}>`;
  return /^S[A-Z0-9]{7,}$/.test(person) ? `<!subteam^${person}>` : prose(person);
}

/** A moment in the reader's own time zone; `format` is Slack's: `{time}`, `{date_short_pretty} {time}`. */
export function moment(date: Date, format = '{time}'): string {
  const seconds = Math.floor(date.getTime() / 1000);
  return `<!date^${seconds}^${format}|${date.toISOString().slice(0, 16).replace('T', ' ')} UTC>`;
}

/** A link, or only its label where the address is not one for the web. */
export function link(address: string, label: string): string {
  if (!/^https?:\/\/[^\s<>|]+$/.test(address)) return prose(label);
  return `<${withEntities(address)}|${prose(label)}>`;
}

/**
 * The text, cut to so many UTF-16 units, which is how Slack may count, an ellipsis at the end when something is
 * missing. No character is cut in two.
 */
export function clip(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function oneLine(text: string): string {
  return text.replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim();
}

function withEntities(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}
