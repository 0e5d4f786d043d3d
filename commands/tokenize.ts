import { accept, type Outcome, refuse } from '../src/domain/refusal.ts';
import { unclosedQuote } from './refusals.ts';

/** One piece of what a person typed. Nothing is lost between the pieces but white space. */
export type Token = WordToken | FlagToken;

/** A bare word, or what stood in quotes, which is never the name of anything. */
export interface WordToken {
  readonly kind: 'word' | 'text';
  readonly text: string;
}

export interface FlagToken {
  readonly kind: 'flag';
  /** Spelled `--reason` or `-h`, whatever dash was typed. */
  readonly name: string;
  /** What followed a `=`; null without one. */
  readonly value: string | null;
}

/** Keyboards turn quotes into these; any of a family closes any of the same family. */
const QUOTES = [
  { opening: /["“”„]/y, closing: /["“”„](?=\s|$)/g },
  { opening: /['‘’]/y, closing: /['‘’](?=\s|$)/g },
] as const;

/** `--reason="`: a flag whose value is in quotes. */
const FLAG_BEFORE_QUOTE = /(?:--|—|–)([^\s="“”„'‘’]+)=(?=["“”„'‘’])/y;
/** Phones write `--` as a long dash. */
const FLAG = /^(?:(?:--|—|–)([^=]+)|(-[A-Za-z][^=]*))(?:=(.*))?$/s;
const BARE = /\S+/y;
const SPACE = /\s*/y;

/**
 * Splits what Slack delivers into words, quoted texts and flags. A quote opens at the beginning of a
 * piece and closes before white space, so that `can't` is a word and “can’t” a text. The only refusal is
 * for a quote that is never closed.
 */
export function tokenize(text: string): Outcome<readonly Token[]> {
  const source = readable(text).trim();
  const tokens: Token[] = [];
  let position = 0;
  while (position < source.length) {
    const piece = readPiece(source, position);
    if (!piece.ok) return piece;
    tokens.push(piece.value.token);
    position = piece.value.end + matchAt(SPACE, source, piece.value.end).length;
  }
  return accept(tokens);
}

/** The token as its typist would recognise it. */
export function spelled(token: Token): string {
  switch (token.kind) {
    case 'word':
      return token.text;
    case 'text':
      return `"${token.text}"`;
    case 'flag':
      return token.value === null ? token.name : `${token.name}=${token.value}`;
  }
}

/**
 * Slack's escapes undone: `&amp;` is `&`, `<@U1|ana>` is `@ana`, a link is its label. Characters that
 * nobody sees become spaces, and half characters, which no database stores, are replaced.
 */
export function readable(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\u200B\u2060\uFEFF]/gu, ' ')
    .replace(/<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>/g, (_, sign: string, id: string, label = '') => {
      const mark = sign === '!' ? '@' : sign;
      return `${mark}${label === '' ? id : label.replace(/^[@#]/, '')}`;
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

interface Piece {
  readonly token: Token;
  /** Where the piece ends in the source. */
  readonly end: number;
}

function readPiece(source: string, start: number): Outcome<Piece> {
  const flag = matchAt(FLAG_BEFORE_QUOTE, source, start);
  const quoted = readQuoted(source, start + flag.length);
  if (quoted === null) return accept(readBare(source, start));
  if (!quoted.ok) return quoted;
  const { text, end } = quoted.value;
  if (flag === '') return accept({ token: { kind: 'text', text }, end });
  const name = flag.replace(/^[—–]/, '--').slice(0, -1);
  return accept({ token: { kind: 'flag', name, value: text }, end });
}

function readBare(source: string, start: number): Piece {
  const text = matchAt(BARE, source, start);
  const [, long, short, value] = FLAG.exec(text) ?? [];
  const name = long === undefined ? short : `--${long}`;
  const token: Token =
    name === undefined ? { kind: 'word', text } : { kind: 'flag', name, value: value ?? null };
  return { token, end: start + text.length };
}

/** Null when no quote opens here. */
function readQuoted(source: string, start: number): Outcome<{ text: string; end: number }> | null {
  const quote = QUOTES.find(({ opening }) => matchAt(opening, source, start) !== '');
  if (quote === undefined) return null;
  quote.closing.lastIndex = start + 1;
  const closed = quote.closing.exec(source);
  if (closed === null) return refuse(unclosedQuote(source.slice(start)));
  const text = source
    .slice(start + 1, closed.index)
    .replace(/\s+/g, ' ')
    .trim();
  return accept({ text, end: closed.index + 1 });
}

/** What a sticky pattern matches at a position; empty when it does not. */
function matchAt(pattern: RegExp, source: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(source)?.[0] ?? '';
}
