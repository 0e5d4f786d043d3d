/**
 * @module Slack's mrkdwn (https://docs.slack.dev/messaging/formatting-message-text) to the text tree.
 */
import { readAngle } from './angle.ts';
import { emojiGlyph } from './emoji.ts';
import { safeHref, unescapeSlack } from './links.ts';
import type { Inline, Part, Style } from './tree.ts';

const STYLES: Readonly<Record<string, Style>> = { '*': 'bold', _: 'italic', '~': 'strike' };
const WORD = /[\p{L}\p{N}]/u;
const QUOTE_LINE = /^(?:&gt;|>) ?/;

/** A node and where the source goes on after it. */
interface Token {
  readonly node: Inline;
  readonly end: number;
}

/** mrkdwn to parts: fenced code, quotes, and everything else as paragraphs. */
export function parseMrkdwn(source: string): readonly Part[] {
  return source.split(/```\n?([\s\S]+?)```\n?/).flatMap((piece, index): readonly Part[] => {
    if (index % 2 === 1) return [{ kind: 'pre', text: unescapeSlack(piece).replace(/\n$/, '') }];
    return parseLines(piece);
  });
}

/** A plain_text object: nothing is markup but, unless it says otherwise, emoji names. */
export function parsePlain(source: string, emoji = true): readonly Inline[] {
  return scan(source, (at) =>
    source[at] === '\n' ? lineBreak(at) : emoji ? readEmoji(source, at) : undefined,
  );
}

/** mrkdwn within a paragraph. */
export function parseInline(source: string): readonly Inline[] {
  const unclosed: Unclosed = new Map();
  return scan(source, (at) => readToken(source, at) ?? readStyled(source, at, unclosed));
}

function parseLines(source: string): readonly Part[] {
  const parts: Part[] = [];
  let lines: string[] = [];
  let quoted = false;
  const flush = (): void => {
    const joined = lines.join('\n').replace(/^\n|\n$/g, '');
    if (joined !== '') parts.push(quoted ? quote(joined) : paragraph(joined));
    lines = [];
  };
  for (const line of source.split('\n')) {
    const isQuote = QUOTE_LINE.test(line);
    if (isQuote !== quoted) flush();
    quoted = isQuote;
    lines.push(isQuote ? line.replace(QUOTE_LINE, '') : line);
  }
  flush();
  return parts;
}

const paragraph = (source: string): Part => ({ kind: 'paragraph', children: parseInline(source) });
const quote = (source: string): Part => ({ kind: 'quote', parts: [paragraph(source)] });

function scan(source: string, read: (at: number) => Token | undefined): readonly Inline[] {
  const nodes: Inline[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') nodes.push({ kind: 'text', text: unescapeSlack(plain) });
    plain = '';
  };
  for (let at = 0; at < source.length; ) {
    const token = read(at);
    if (token === undefined) {
      plain += source[at];
      at += 1;
      continue;
    }
    flush();
    nodes.push(token.node);
    at = token.end;
  }
  flush();
  return nodes;
}

function readToken(source: string, at: number): Token | undefined {
  switch (source[at]) {
    case '\n':
      return lineBreak(at);
    case '`':
      return readCode(source, at);
    case '<':
      return readAngle(source, at);
    case ':':
      return readEmoji(source, at);
    case 'h':
      return readBareLink(source, at);
    default:
      return undefined;
  }
}

const lineBreak = (at: number): Token => ({ node: { kind: 'break' }, end: at + 1 });

function match(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

function readCode(source: string, at: number): Token | undefined {
  const found = match(/`([^`\n]+)`/y, source, at);
  if (found === null) return undefined;
  return { node: { kind: 'code', text: unescapeSlack(found[1] ?? '') }, end: at + found[0].length };
}

function readEmoji(source: string, at: number): Token | undefined {
  const found = match(/:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):/y, source, at);
  const name = found?.[1] ?? '';
  const glyph = emojiGlyph(name);
  return glyph === undefined
    ? undefined
    : { node: { kind: 'emoji', name, glyph }, end: at + name.length + 2 };
}

function readBareLink(source: string, at: number): Token | undefined {
  if (WORD.test(source[at - 1] ?? '')) return undefined;
  const found = match(/https?:\/\/[^\s<>|`]*[^\s<>|`.,;:!?'")\]*_~]/y, source, at);
  const address = found === null ? undefined : safeHref(unescapeSlack(found[0]));
  if (found === null || address === undefined) return undefined;
  const label: Inline = { kind: 'text', text: unescapeSlack(found[0]) };
  return { node: { kind: 'link', href: address, children: [label] }, end: at + found[0].length };
}

/** Up to where each marker is known not to close, so that many of them are not all looked for in vain. */
type Unclosed = Map<string, number>;

function readStyled(source: string, at: number, unclosed: Unclosed): Token | undefined {
  const marker = source[at] ?? '';
  const style = STYLES[marker];
  if (style === undefined || at < (unclosed.get(marker) ?? 0) || !opens(source, at)) return undefined;
  const close = findClose(source, at, marker);
  if (close < 0) {
    unclosed.set(marker, lineEnd(source, at));
    return undefined;
  }
  return {
    node: { kind: 'styled', style, children: parseInline(source.slice(at + 1, close)) },
    end: close + 1,
  };
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf('\n', at);
  return end < 0 ? source.length : end;
}

/** A marker opens only at the beginning of a word. */
function opens(source: string, at: number): boolean {
  const next = source[at + 1] ?? ' ';
  return (
    !WORD.test(source[at - 1] ?? '') &&
    source[at - 1] !== source[at] &&
    !/\s/.test(next) &&
    next !== source[at]
  );
}

/** The closing marker on the same line, outside code and links; -1 if there is none. */
function findClose(source: string, open: number, marker: string): number {
  for (let at = open + 1; at < source.length && source[at] !== '\n'; at += 1) {
    if (source[at] === marker && closes(source, at)) return at;
    if (source[at] === '`' || source[at] === '<') at = (readToken(source, at)?.end ?? at + 1) - 1;
  }
  return -1;
}

function closes(source: string, at: number): boolean {
  return (
    !/\s/.test(source[at - 1] ?? ' ') && !WORD.test(source[at + 1] ?? '') && source[at + 1] !== source[at]
  );
}
