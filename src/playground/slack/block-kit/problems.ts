import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with Block Kit JSON, in Slack's words and with its pointers:
 * `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
 *
 * @param raw what was parsed, to tell a missing field from one of the wrong type
 * @param root where it stood in the call: `/blocks`, `/view`
 */
export function describeProblems(error: z.ZodError, raw: unknown, root: string): readonly string[] {
  return error.issues.flatMap((issue) => describe(issue, raw, root));
}

/** One problem with its place. */
export function problem(what: string, root: string, path: readonly PropertyKey[]): string {
  return `${what} [json-pointer:${[root, ...path.map(String)].join('/')}]`;
}

function describe(issue: Issue, raw: unknown, root: string): readonly string[] {
  const parent = issue.path.slice(0, -1);
  const found = valueAt(raw, issue.path);
  if (issue.code === 'invalid_union') return [describeUnion(issue, raw, root)];
  if (found === undefined && issue.path.length > 0 && issue.code !== 'custom')
    return [problem(`missing required field: ${String(issue.path.at(-1))}`, root, parent)];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => problem(`invalid additional property: ${key}`, root, issue.path));
  return [problem(sentence(issue), root, issue.path)];
}

function sentence(issue: Issue): string {
  switch (issue.code) {
    case 'too_big':
      if (issue.origin === 'string') return `must be less than ${Number(issue.maximum) + 1} characters`;
      if (issue.origin === 'array') return `no more than ${issue.maximum} items allowed`;
      return `must be no more than ${issue.maximum}`;
    case 'too_small':
      if (issue.origin === 'string') return `must be more than ${Number(issue.minimum) - 1} characters`;
      if (issue.origin === 'array') return `no fewer than ${issue.minimum} items allowed`;
      return `must be no less than ${issue.minimum}`;
    case 'invalid_type':
      return `must provide ${article(issue.expected)}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return `must be a valid ${issue.format}`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  const name = type === 'record' ? 'object' : type;
  return /^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** No member of a union fits: mostly an element in a block that does not take it. */
function describeUnion(issue: Issue, raw: unknown, root: string): string {
  const path = issue.path.at(-1) === 'type' ? issue.path : [...issue.path, 'type'];
  const type = valueAt(raw, path);
  if (type === undefined) return problem('missing required field: type', root, path.slice(0, -1));
  return problem(`unsupported type: ${typeof type === 'string' ? type : JSON.stringify(type)}`, root, path);
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Reflect.get(value, key);
  }, raw);
}
