import { isDeepStrictEqual } from 'node:util';
import type { Revision, RevisionTemplate } from './client.ts';
import { ownContainer } from './reading.ts';

/** What a template and a revision made from it have in common, beside containers and what is written on them. */
const SHARED = [
  'scaling',
  'vpcAccess',
  'timeout',
  'serviceAccount',
  'volumes',
  'executionEnvironment',
  'maxInstanceRequestConcurrency',
  'sessionAffinity',
] as const satisfies readonly (keyof Revision & keyof RevisionTemplate)[];

/** The settings in which a template differs from a revision, by their names in the API; the image does not count. */
export function differingSettings(
  template: RevisionTemplate,
  revision: Revision,
  repository: string,
): readonly string[] {
  const differing: string[] = SHARED.filter((name) => !same(template[name], revision[name]));
  const containers = (from: Revision | RevisionTemplate) => {
    const all = from.containers ?? [];
    const own = ownContainer(all, repository);
    return all.map((one) => (one === own ? { ...one, image: '' } : one));
  };
  return same(containers(template), containers(revision)) ? differing : [...differing, 'containers'];
}

/** Messages of the client carry their class; what they say is compared. */
function same(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a ?? null)), JSON.parse(JSON.stringify(b ?? null)));
}
