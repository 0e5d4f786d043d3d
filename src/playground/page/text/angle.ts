/** @module What mrkdwn writes between `<` and `>`: mentions, links, dates. */
import { safeHref, unescapeSlack } from './links.ts';
import type { Inline } from './tree.ts';

/** Reads the token that begins at `source[at]`, which is `<`; nothing if it never closes. */
export function readAngle(
  source: string,
  at: number,
): { readonly node: Inline; readonly end: number } | undefined {
  const close = source.indexOf('>', at);
  const inside = close < 0 ? '' : source.slice(at + 1, close);
  if (inside === '' || inside.includes('\n') || inside.includes('<')) return undefined;
  return { node: readInside(inside), end: close + 1 };
}

function readInside(inside: string): Inline {
  const bar = inside.indexOf('|');
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : unescapeSlack(inside.slice(bar + 1));
  const id = target.slice(1);
  if (target.startsWith('@')) return { kind: 'user', id, label };
  if (target.startsWith('#')) return { kind: 'channel', id, label };
  if (target.startsWith('!')) return readSpecial(id, label);
  return readLink(unescapeSlack(target), label);
}

function readSpecial(command: string, label: string): Inline {
  if (command.startsWith('subteam^')) return { kind: 'group', id: command.slice('subteam^'.length), label };
  if (command.startsWith('date^')) return readDate(command, label);
  if (command === 'here' || command === 'channel' || command === 'everyone') {
    return { kind: 'broadcast', name: command };
  }
  return { kind: 'text', text: label || `<!${command}>` };
}

function readDate(command: string, fallback: string): Inline {
  const [, seconds = '', format = '', link = ''] = command.split('^');
  const timestamp = Number(seconds);
  if (!/^\d+$/.test(seconds) || format === '') return { kind: 'text', text: fallback };
  const href = safeHref(unescapeSlack(link));
  return {
    kind: 'date',
    timestamp,
    format: unescapeSlack(format),
    fallback,
    ...(href === undefined ? {} : { href }),
  };
}

/** A link, or, when nobody should follow it, its label and address as text. */
function readLink(address: string, label: string): Inline {
  const href = safeHref(address);
  if (href !== undefined)
    return { kind: 'link', href, children: [{ kind: 'text', text: label || address } as const] };
  return { kind: 'text', text: label === '' ? `<${address}>` : `${label} (${address})` };
}
