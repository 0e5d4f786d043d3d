import { CHECKS } from './checks/index.ts';
import { readDocument } from './document.ts';
import type { ConfigProblem, PathProblem } from './problem.ts';
import { type Config, configSchema } from './schema.ts';
import { pathOfIssue, schemaProblems } from './schema-problems.ts';
import { removeAt, valueAt } from './tree.ts';

/** With more mistakes than this, what remains says nothing. */
const MOST_MISTAKES = 200;

/** A config that may be used, or everything that is wrong with it, in the order of the file. */
export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly errors: readonly ConfigProblem[] };

/** Reads the bytes of a `slipway.yaml`: YAML, then the schema, then what its parts say about each other. */
export function loadConfig(bytes: Uint8Array): LoadedConfig {
  const read = readDocument(bytes);
  if (!read.ok) return { ok: false, errors: read.problems };
  const { value, problems, locate } = read.document;
  const parsed = configSchema.safeParse(value);
  const ofSchema = parsed.success ? [] : schemaProblems(parsed.error.issues, value);
  const config = parsed.success ? parsed.data : soundPart(value);
  const ofParts = config === null ? [] : crossProblems(config, value);
  const errors = inOrder([...problems, ...[...ofSchema, ...ofParts].map(locate)]);
  return parsed.success && errors.length === 0 ? { ok: true, config: parsed.data } : { ok: false, errors };
}

function crossProblems(config: Config, written: unknown): readonly PathProblem[] {
  const says = (path: PathProblem['path']) => valueAt(written, path) !== undefined;
  return CHECKS.flatMap((check) => check({ config, says }));
}

/**
 * What is left when everything that the schema refuses is taken away, so that the other checks can be made
 * and all problems are told at once. Null when nothing is left.
 */
function soundPart(value: unknown): Config | null {
  const rest: unknown = structuredClone(value);
  for (let round = 0; round < MOST_MISTAKES; round += 1) {
    const parsed = configSchema.safeParse(rest);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    if (issue === undefined || parsed.error.issues.length > MOST_MISTAKES) return null;
    const path = pathOfIssue(issue);
    const removed =
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => removeAt(rest, [...path, key])).every(Boolean)
        : removeAt(rest, path);
    if (!removed) return null;
  }
  return null;
}

function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const place = ({ line, column }: ConfigProblem) => (line ?? 0) * 1e6 + (column ?? 0);
  return [...problems].sort((a, b) => place(a) - place(b));
}
