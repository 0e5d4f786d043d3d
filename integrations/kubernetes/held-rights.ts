import { z } from 'zod';
import type { KubernetesBinding } from './binding.ts';
import { ACCESS_REVIEWS, RULES_REVIEWS } from './resources.ts';
import type { Right } from './rights.ts';

const words = z
  .array(z.string())
  .nullish()
  .transform((list): readonly string[] => list ?? []);
const rule = z.object({ verbs: words, apiGroups: words, resources: words, resourceNames: words });
type Rule = z.output<typeof rule>;

const rulesReview = z.object({
  status: z.object({
    resourceRules: z
      .array(rule)
      .nullish()
      .transform((list): readonly Rule[] => list ?? []),
  }),
});
const accessReview = z.object({ status: z.object({ allowed: z.boolean() }) });

/**
 * Those of the rights that the cluster does not grant us in the target's namespace. Its own list of our rules is asked
 * for once; an authorizer that lists none, such as a webhook, is asked about each right that the list does not show.
 */
export async function missingRights(
  binding: KubernetesBinding,
  wanted: readonly Right[],
): Promise<readonly Right[]> {
  const rules = await rulesOf(binding);
  const unlisted = wanted.filter((right) => !rules.some((one) => grants(one, right)));
  const allowed = await Promise.all(unlisted.map((right) => mayWe(binding, right)));
  return unlisted.filter((_, index) => allowed[index] !== true);
}

async function rulesOf({ api, config }: KubernetesBinding): Promise<readonly Rule[]> {
  const { group, version, kind } = RULES_REVIEWS;
  const object = { apiVersion: `${group}/${version}`, kind, spec: { namespace: config.namespace } };
  const place = { resource: RULES_REVIEWS, namespace: null, name: null };
  return (await api.create(place, object, rulesReview)).status.resourceRules;
}

/** Whether a rule grants it for objects of every name. */
function grants(rule: Rule, { verb, resource, subresource }: Right): boolean {
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  const has = (list: readonly string[], word: string) => list.includes(word) || list.includes('*');
  return (
    rule.resourceNames.length === 0 &&
    has(rule.verbs, verb) &&
    has(rule.apiGroups, resource.group) &&
    has(rule.resources, plural)
  );
}

async function mayWe({ api, config }: KubernetesBinding, right: Right): Promise<boolean> {
  const { resource, subresource = '', verb } = right;
  const { group, version, kind } = ACCESS_REVIEWS;
  const object = {
    apiVersion: `${group}/${version}`,
    kind,
    spec: {
      resourceAttributes: {
        namespace: config.namespace,
        verb,
        group: resource.group,
        resource: resource.plural,
        subresource,
      },
    },
  };
  const place = { resource: ACCESS_REVIEWS, namespace: null, name: null };
  return (await api.create(place, object, accessReview)).status.allowed;
}
