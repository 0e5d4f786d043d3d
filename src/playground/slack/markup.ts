/** What the names in a text stand for. */
export interface Directory {
  /** User ID by name, lower case. */
  readonly users: ReadonlyMap<string, string>;
  readonly channels: ReadonlyMap<string, string>;
  /** User group ID by handle. */
  readonly groups: ReadonlyMap<string, string>;
}

const CODE = /(```[\s\S]*?```|`[^`\n]+`)/;
const TOKEN =
  /<(?:@[UW][A-Z0-9]+(?:\|[^<>]*)?|#C[A-Z0-9]+(?:\|[^<>]*)?|!(?:here|channel|everyone|subteam\^S[A-Z0-9]+(?:\|[^<>]*)?)|(?:https?|mailto):[^<>|\s]+(?:\|[^<>]*)?)>|https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]}'"]|(?<![\w@#&/])[@#][\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}_-])?|[&<>]/gu;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const BROADCASTS = ['here', 'channel', 'everyone'];

/**
 * Text as Slack's client sends what a person typed: `@ana` → `<@U…>`, `#deploys` → `<#C…|deploys>`,
 * links → `<https://…>`, everything else with `&`, `<` and `>` escaped. Markup that is already encoded stays
 * as it is, names that nobody has stay as text, and inside code only the escaping happens.
 */
export function encodeTyped(text: string, directory: Directory): string {
  return text
    .split(CODE)
    .map((part, index) => (index % 2 === 1 ? escapeText(part) : part.replace(TOKEN, encodeWith(directory))))
    .join('');
}

/**
 * The text of a slash command whose manifest says `should_escape`: names become `<@U…|ana>` and
 * `<#C…|deploys>`, links `<https://…>`.
 */
export function encodeCommandText(text: string, directory: Directory): string {
  return text.replace(TOKEN, (token) => {
    if (token.startsWith('@')) return userMention(token, directory, `|${token.slice(1)}`) ?? token;
    if (token.startsWith('#')) return channelMention(token, directory) ?? token;
    return token.startsWith('http') ? `<${token}>` : token;
  });
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? sign);
}

function encodeWith(directory: Directory): (token: string) => string {
  return (token) => {
    if (token.length === 1) return escapeText(token);
    if (token.startsWith('<')) return token;
    if (token.startsWith('http')) return `<${escapeText(token)}>`;
    if (token.startsWith('#')) return channelMention(token, directory) ?? token;
    return broadcast(token) ?? userMention(token, directory, '') ?? groupMention(token, directory) ?? token;
  };
}

function broadcast(token: string): string | undefined {
  return BROADCASTS.includes(token.slice(1)) ? `<!${token.slice(1)}>` : undefined;
}

function userMention(token: string, directory: Directory, label: string): string | undefined {
  const id = directory.users.get(token.slice(1).toLowerCase());
  return id === undefined ? undefined : `<@${id}${label}>`;
}

function groupMention(token: string, directory: Directory): string | undefined {
  const id = directory.groups.get(token.slice(1).toLowerCase());
  return id === undefined ? undefined : `<!subteam^${id}|${token}>`;
}

function channelMention(token: string, directory: Directory): string | undefined {
  const name = token.slice(1).toLowerCase();
  const id = directory.channels.get(name);
  return id === undefined ? undefined : `<#${id}|${name}>`;
}
