/** @module Standard Markdown, as Slack's markdown block takes it, to the text tree. HTML in it stays text. */
import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { safeHref } from './links.ts';
import { parsePlain } from './mrkdwn.ts';
import type { Inline, Part, Style } from './tree.ts';

/** Quotes and lists within one another, deeper than which nobody writes; what is deeper is shown as written. */
const TOO_DEEP = /^(?:\s*(?:>|[-*+]\s|\d+[.)]\s)){20}/m;

/** Markdown source as parts. */
export function parseMarkdown(source: string): readonly Part[] {
  if (TOO_DEEP.test(source)) return [{ kind: 'pre', text: source }];
  return readParts(lexer(source, { gfm: true }));
}

const marked = (tokens: readonly Token[]): readonly MarkedToken[] => tokens.filter(isMarkedToken);

/** Without extensions the lexer yields its own tokens only; `Token` also admits those of extensions. */
function isMarkedToken(token: Token): token is MarkedToken {
  return token.type !== '';
}

function readParts(tokens: readonly Token[]): readonly Part[] {
  return marked(tokens).flatMap(readPart);
}

function readPart(token: MarkedToken): readonly Part[] {
  switch (token.type) {
    case 'space':
    case 'def':
      return [];
    case 'heading':
      return [{ kind: 'heading', level: token.depth, children: readInlines(token.tokens) }];
    case 'hr':
      return [{ kind: 'rule' }];
    case 'code':
      return [{ kind: 'pre', text: token.text }];
    case 'blockquote':
      return [{ kind: 'quote', parts: readParts(token.tokens) }];
    case 'list':
      return [readList(token)];
    case 'table':
      return [readTable(token)];
    case 'paragraph':
      return [{ kind: 'paragraph', children: readInlines(token.tokens) }];
    default:
      return [{ kind: 'paragraph', children: readInlines([token]) }];
  }
}

function readList(token: Tokens.List): Part {
  return {
    kind: 'list',
    ordered: token.ordered,
    start: token.start === '' ? 1 : token.start,
    indent: 0,
    items: token.items.map((item) => readParts(item.tokens)),
  };
}

function readTable(token: Tokens.Table): Part {
  return {
    kind: 'table',
    head: token.header.map((cell) => readInlines(cell.tokens)),
    rows: token.rows.map((row) => row.map((cell) => readInlines(cell.tokens))),
    align: token.align.map((align) => align ?? 'left'),
  };
}

function readInlines(tokens: readonly Token[]): readonly Inline[] {
  return marked(tokens).flatMap(readInline);
}

function readInline(token: MarkedToken): readonly Inline[] {
  switch (token.type) {
    case 'strong':
      return [styled('bold', token.tokens)];
    case 'em':
      return [styled('italic', token.tokens)];
    case 'del':
      return [styled('strike', token.tokens)];
    case 'codespan':
      return [{ kind: 'code', text: token.text }];
    case 'br':
      return [{ kind: 'break' }];
    case 'link':
    case 'image':
      return readLink(token);
    case 'checkbox':
      return [{ kind: 'text', text: token.checked ? '☑ ' : '☐ ' }];
    case 'text':
      return token.tokens === undefined ? parsePlain(token.text) : readInlines(token.tokens);
    default:
      return parsePlain(token.type === 'escape' ? token.text : token.raw);
  }
}

const styled = (style: Style, tokens: readonly Token[]): Inline => ({
  kind: 'styled',
  style,
  children: readInlines(tokens),
});

/** Slack shows an image of a markdown block as a link with its text. */
function readLink(token: Tokens.Link | Tokens.Image): readonly Inline[] {
  const children = token.tokens.length > 0 ? readInlines(token.tokens) : parsePlain(token.text);
  const href = safeHref(token.href);
  return href === undefined ? children : [{ kind: 'link', href, children }];
}
