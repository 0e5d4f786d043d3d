import { z } from 'zod';
import type { TestWorkspace } from './workspace.ts';

const descriptionSchema = z.object({ cloud: z.object({ sql_endpoint: z.string() }) });
const operationsSchema = z.object({
  items: z.array(z.object({ operationType: z.string(), targetId: z.string(), insertTime: z.string() })),
});

/**
 * What was changed at a target, in order and in the words of the target's own records, not of ours. `resources` are
 * the last parts of names: of a service, a job, a database instance.
 */
export async function changesAt(
  workspace: TestWorkspace,
  ...resources: readonly string[]
): Promise<readonly string[]> {
  const cloud = (await workspace.cloudCalls()).filter(({ effect }) => effect === 'changed');
  const calls = cloud.flatMap(({ at, method, resource, changed }) => {
    const name = resource.split('/').at(-1) ?? '';
    return resources.includes(name) ? [{ at, what: `${method} ${changed.join('+')} of ${name}` }] : [];
  });
  const sql = (await Promise.all(resources.map((instance) => sqlOperations(workspace, instance)))).flat();
  return [...calls, ...sql].toSorted((a, b) => a.at.localeCompare(b.at)).map(({ what }) => what);
}

async function sqlOperations(workspace: TestWorkspace, instance: string) {
  const { cloud } = descriptionSchema.parse(await json(new URL('/playground/workspace', workspace.url)));
  const url = new URL('/v1/projects/demo/operations', cloud.sql_endpoint);
  url.searchParams.set('instance', instance);
  const { items } = operationsSchema.parse(await json(url));
  return items.map(({ operationType, targetId, insertTime }) => ({
    at: insertTime,
    what: `${operationType} of ${targetId}`,
  }));
}

async function json(url: URL): Promise<unknown> {
  return (await fetch(url)).json();
}
