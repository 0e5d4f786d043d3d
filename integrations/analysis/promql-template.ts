import { nearest } from '../../src/domain/nearest.ts';

/** What stands for `$service`, `$canary`, `$baseline` (in quotes) and `$window` (outside of them). */
export interface TemplateValues {
  readonly service: string;
  readonly canary: string;
  readonly baseline: string;
  /** Milliseconds. */
  readonly window: number;
}

const LABEL_VARIABLES = ['service', 'canary', 'baseline'] as const;
type LabelVariable = (typeof LABEL_VARIABLES)[number];
const VARIABLES = [...LABEL_VARIABLES, 'window'] as const;

/** A stretch of PromQL. `regex` tells the strings that a label is matched with by `=~` or `!~`. */
type Piece =
  | { readonly kind: 'code' | 'comment' | 'raw' | 'unclosed'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string; readonly quote: string; readonly regex: boolean };

const PIECES = /#[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`]*`|[^"'`#]+|["'`]/gs;
/** `$1` is a group of a regular expression and none of ours. */
const MENTION = /\$(\{?)([A-Za-z_]\w*)/g;

/** What is wrong with a query's variables, as a rule that it breaks; null when they can be filled in. */
export function templateProblem(query: string): string | null {
  for (const piece of piecesOf(query)) {
    const problem = pieceProblem(piece);
    if (problem !== null) return problem;
  }
  return null;
}

export function usesVariable(query: string, variable: (typeof VARIABLES)[number]): boolean {
  return piecesOf(query)
    .filter(({ kind }) => kind !== 'comment')
    .some(({ text }) => mentionsIn(text).some(({ name }) => name === variable));
}

/** The query with its variables filled in, escaped for where they stand. `templateProblem` must be null. */
export function fillTemplate(query: string, values: TemplateValues): string {
  return piecesOf(query)
    .map((piece) => {
      if (piece.kind === 'code') return piece.text.replace(MENTION, () => promqlDuration(values.window));
      if (piece.kind !== 'string') return piece.text;
      return piece.text.replace(MENTION, (mention, _brace, name: string) => {
        const variable = LABEL_VARIABLES.find((known) => known === name);
        return variable === undefined ? mention : inString(values, variable, piece);
      });
    })
    .join('');
}

function piecesOf(query: string): readonly Piece[] {
  let matchedByRegex = false;
  return [...query.matchAll(PIECES)].map(([text]): Piece => {
    const first = text.charAt(0);
    if (first === '#') return { kind: 'comment', text };
    if (first === '`' && text.length > 1) return { kind: 'raw', text };
    if (first === '"' || first === "'" || first === '`') {
      if (text.length === 1) return { kind: 'unclosed', text };
      return { kind: 'string', text, quote: first, regex: matchedByRegex };
    }
    matchedByRegex = /[=!]~\s*$/.test(text);
    return { kind: 'code', text };
  });
}

function pieceProblem(piece: Piece): string | null {
  if (piece.kind === 'comment') return null;
  if (piece.kind === 'unclosed') return `PromQL in which every ${piece.text} is closed`;
  for (const { name, braced, mention } of mentionsIn(piece.text)) {
    const known = VARIABLES.find((variable) => variable === name);
    if (known === undefined) return `only ${listed()}${didYouMean(name)}; there is no ${mention}`;
    if (braced) return `$${name} without braces`;
    if (known === 'window' && piece.kind !== 'code') return '$window outside of quotes, as in [$window]';
    if (known !== 'window' && piece.kind !== 'string')
      return `$${name} inside double or single quotes, as in revision="$${name}"`;
  }
  return null;
}

function mentionsIn(text: string) {
  return [...text.matchAll(MENTION)].map(([mention, brace, name = '']) => ({
    mention,
    name,
    braced: brace !== '',
  }));
}

function listed(): string {
  return VARIABLES.map((name) => `$${name}`).join(', ');
}

function didYouMean(name: string): string {
  const [similar] = nearest(name, VARIABLES);
  return similar === undefined ? '' : ` (did you mean $${similar}?)`;
}

function inString(
  values: TemplateValues,
  variable: LabelVariable,
  { quote, regex }: { readonly quote: string; readonly regex: boolean },
): string {
  const value = values[variable];
  return escapeString(regex ? escapeRegex(value) : value, quote);
}

/** RE2's own rule: a backslash before whatever means something in an expression. */
function escapeRegex(value: string): string {
  return value.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** As Go's string literals have it, which PromQL follows. */
function escapeString(value: string, quote: string): string {
  return Array.from(value.toWellFormed(), (character) => {
    if (character === '\\' || character === quote) return `\\${character}`;
    const code = character.charCodeAt(0);
    return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : character;
  }).join('');
}

function promqlDuration(milliseconds: number): string {
  return `${Math.max(1, Math.round(milliseconds / 1_000))}s`;
}
