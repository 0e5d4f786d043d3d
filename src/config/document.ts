import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { type ConfigProblem, type PathProblem, pathText, problemAt } from './problem.ts';
import { offsetOf, pathOf } from './yaml-positions.ts';

/** In bytes; more than any config that a person writes. */
export const LARGEST_FILE = 1024 * 1024;
/** References to anchors, counted with what they repeat: enough for people, too few for a bomb. */
const MOST_ALIASES = 100;

/** A YAML file as data, together with where everything stands in it. */
export interface ConfigDocument {
  readonly value: unknown;
  /** Faults that leave the rest readable: keys given twice. */
  readonly problems: readonly ConfigProblem[];
  /** Gives a problem its place in the file: its own, or that of the nearest thing above it. */
  locate(problem: PathProblem): ConfigProblem;
}

export type ReadDocument =
  | { readonly ok: true; readonly document: ConfigDocument }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Reads one YAML 1.2 document in UTF-8. Never throws: whatever is wrong with the bytes is a problem. */
export function readDocument(bytes: Uint8Array): ReadDocument {
  if (bytes.length > LARGEST_FILE) {
    return wholeFile('is too large for a config', {
      found: `${bytes.length} bytes`,
      allowed: `${LARGEST_FILE} bytes`,
    });
  }
  const text = decode(bytes);
  if (text === null) return wholeFile('is not text in UTF-8');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const faults = [...document.errors, ...document.warnings];
  const fatal = faults.filter(({ code }) => code !== 'DUPLICATE_KEY');
  if (fatal.length > 0) return { ok: false, problems: syntaxProblems(fatal, document, lines) };
  if (document.contents === null) return wholeFile('is empty');
  return readData(document, faults, lines);
}

function readData(document: Document.Parsed, faults: readonly YAMLError[], lines: LineCounter): ReadDocument {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    const problems = syntaxProblems(faults, document, lines);
    return { ok: true, document: { value, problems, locate: (problem) => locate(problem, document, lines) } };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return wholeFile('repeats itself through aliases (*name) too often, or names one that does not exist');
  }
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A file that is broken in one place often reads as broken in many after it. */
const MOST_SYNTAX_PROBLEMS = 20;

/** What the parser's codes mean to whoever wrote the file; its own words serve for the rest. */
const SYNTAX: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  DUPLICATE_KEY: 'this key stands here twice',
  TAB_AS_INDENT: 'a tab indents; YAML wants spaces',
  MULTIPLE_DOCS: 'a second document begins; a config is one',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  NON_STRING_KEY: 'a key must be a plain word',
};

function syntaxProblems(
  faults: readonly YAMLError[],
  document: Document.Parsed,
  lines: LineCounter,
): readonly ConfigProblem[] {
  const exhausted = faults.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  const told = exhausted === undefined ? faults.slice(0, MOST_SYNTAX_PROBLEMS) : [exhausted];
  return told.map(({ code, message, pos: [offset] }) => {
    const { line, col } = lines.linePos(offset);
    const { at: _, ...problem } = problemAt([], SYNTAX[code] ?? message);
    const path = code === 'DUPLICATE_KEY' ? pathText(pathOf(document, offset)) : '';
    return { ...problem, path, line, column: col };
  });
}

function locate(problem: PathProblem, document: Document.Parsed, lines: LineCounter): ConfigProblem {
  const { at: _, ...rest } = problem;
  const { line, col } = lines.linePos(offsetOf(document, problem));
  return { ...rest, path: pathText(problem.path), line, column: col };
}

function wholeFile(message: string, more: Partial<PathProblem> = {}): ReadDocument {
  const { at: _, ...problem } = problemAt([], message, more);
  return { ok: false, problems: [{ ...problem, path: '', line: null, column: null }] };
}
