import { readdirSync, readFileSync } from 'node:fs';
import { marked, type Token } from 'marked';

/**
 * The pages that a stranger reads, and what in them can be run. `docs/contributing.md` says how blocks are marked.
 * @module
 */

/** Decisions are records of their day: they show what was done, not what to do. */
export const PAGES: readonly string[] = [
  'README.md',
  'manifests/kubernetes/README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A fenced block: ```` ```sh package ```` has the language `sh` and the mark `package`. */
export interface Block {
  readonly page: string;
  readonly language: string;
  /** The rest of the info string: the suite that runs it, or the file that a reader saves it as. */
  readonly mark: string | null;
  readonly text: string;
}

/** A line to type, and what is answered: an ellipsis stands for anything. */
export interface Exchange {
  readonly typed: string;
  /** Null where the page does not say. */
  readonly answer: string | null;
}

export function pageText(page: string): string {
  return readFileSync(page, 'utf8');
}

/** Every fenced block of a page, those in lists too, in order. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  marked.walkTokens(marked.lexer(pageText(page)), (token) => {
    if (token.type !== 'code' || token.codeBlockStyle === 'indented') return;
    const [language = '', ...mark] = String(token.lang ?? '').split(/\s+/);
    blocks.push({ page, language, mark: mark.length === 0 ? null : mark.join(' '), text: token.text });
  });
  return blocks;
}

/** What stands in code marks in a page's sentences and tables. */
export function codeSpansOf(page: string): readonly string[] {
  const spans: string[] = [];
  marked.walkTokens(marked.lexer(pageText(page)), (token: Token) => {
    if (token.type === 'codespan') spans.push(unescaped(token.text));
  });
  return spans;
}

/** The shell blocks of a page that a real suite runs, in order: `documentedShell('docs/packaging.md', 'package')`. */
export function documentedShell(page: string, suite: string): readonly string[] {
  const found = blocksOf(page).filter(({ language, mark }) => language === 'sh' && mark === suite);
  if (found.length === 0) throw new Error(`${page} has no block marked “sh ${suite}”`);
  return found.map(({ text }) => text);
}

/** The lines of a `console` block (`$ npm start`) with the output under each. */
export function consoleExchanges(text: string): readonly Exchange[] {
  return exchanges(text, /^\$ (.*)$/);
}

/** The lines of a `slack` block (`ana in #deploys: /status`) with the answer under each. */
export function slackExchanges(text: string): readonly Exchange[] {
  return exchanges(text, /^(\w+ in #[\w-]+: .*)$/);
}

function exchanges(text: string, opening: RegExp): readonly Exchange[] {
  const found: { typed: string; answer: string[] }[] = [];
  for (const line of text.split('\n')) {
    const typed = opening.exec(line)?.[1];
    if (typed !== undefined) found.push({ typed, answer: [] });
    else if (line.trim() !== '') found.at(-1)?.answer.push(line.trim());
  }
  return found.map(({ typed, answer }) => ({
    typed,
    answer: answer.length === 0 ? null : answer.join('\n'),
  }));
}

/**
 * Whether a text holds what a page shows of it: each line that is shown stands in a line of the text, in this order.
 * `…` stands for anything.
 */
export function holds(text: string, shown: string): boolean {
  const lines = linesOf(text);
  let next = 0;
  return linesOf(shown).every((line) => {
    const found = lines.findIndex((candidate, at) => at >= next && pattern(line).test(candidate));
    next = found + 1;
    return found >= 0;
  });
}

function pattern(line: string): RegExp {
  const parts = line
    .replace(/ ?…$/, '')
    .split('…')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(parts.join('.*'));
}

/** Without empty lines and indentation, which pages have of their own. */
function linesOf(text: string): readonly string[] {
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  return lines.filter((line) => line !== '' && line !== '…');
}

function unescaped(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
