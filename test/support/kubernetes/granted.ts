import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Rule } from './cluster.ts';

const READING = new Set(['get', 'list', 'watch']);
const TARGETS = path.join(import.meta.dirname, '../../../manifests/kubernetes/targets');

/** What manifests/kubernetes grants the bot in a namespace for `deployment`, `statefulset`, `migration`… */
export function grantedRules(...names: readonly string[]): readonly Rule[] {
  return names.flatMap((name) => {
    const text = readFileSync(path.join(TARGETS, name, 'role.yaml'), 'utf8');
    const documents: readonly { readonly rules?: readonly Rule[] }[] = parseAllDocuments(text).map((one) =>
      one.toJS(),
    );
    return documents.flatMap(({ rules = [] }) => rules);
  });
}

/** The same without every verb that changes something. */
export function withoutChanges(rules: readonly Rule[]): readonly Rule[] {
  return rules
    .map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => READING.has(verb)) }))
    .filter(({ verbs }) => verbs.length > 0);
}

/** Rules one right at a time, sorted: `patch deployments.apps`. */
export function rightsIn(rules: readonly Rule[]): readonly string[] {
  const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${group && `.${group}`}`)),
    ),
  );
  return [...new Set(rights)].toSorted();
}

/** The right that a call takes, as RBAC judges it; null for what everybody may do. */
export function rightOfCall(method: string, url: string): string | null {
  const { pathname, searchParams } = new URL(url, 'https://api');
  const [, group = '', resource, name, subresource] =
    /^\/(?:api|apis\/([^/]+))\/[^/]+\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?/.exec(
      pathname,
    ) ?? [];
  if (resource === undefined) return null;
  const what = `${resource}${subresource ? `/${subresource}` : ''}${group && `.${group}`}`;
  if (method !== 'GET')
    return `${{ POST: 'create', PATCH: 'patch', PUT: 'update', DELETE: 'delete' }[method]} ${what}`;
  if (searchParams.get('watch') === 'true') return `watch ${what}`;
  return `${name === undefined ? 'list' : 'get'} ${what}`;
}
