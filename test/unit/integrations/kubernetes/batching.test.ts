import { expect, test } from 'vitest';
import { z } from 'zod';
import { batchReads } from '../../../../integrations/kubernetes/batching.ts';
import type { KubernetesApi } from '../../../../integrations/kubernetes/client.ts';
import { DEPLOYMENTS, type Place, PODS } from '../../../../integrations/kubernetes/resources.ts';

const named = z.object({ metadata: z.object({ name: z.string() }) });
const objects = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ metadata: { name, labels: { app: name } } }));
const place = (name: string | null, resource = DEPLOYMENTS): Place => ({ resource, namespace: 'shop', name });

/** An API that holds five objects of every kind, and remembers what it was asked. */
function api() {
  const calls: string[] = [];
  const absent = async () => {
    throw new Error('not asked for');
  };
  const fake: KubernetesApi = {
    read: async ({ name }, schema) => {
      calls.push(`read ${name}`);
      return schema.parse(objects.find(({ metadata }) => metadata.name === name));
    },
    list: async ({ resource }, schema, selection = {}) => {
      calls.push(`list ${resource.plural} ${selection.labelSelector ?? 'all'}`);
      return objects.map((object) => schema.parse(object));
    },
    find: absent,
    observe: absent,
    create: absent,
    patch: absent,
    remove: absent,
    watch: () => {
      throw new Error('not asked for');
    },
    log: absent,
    askPod: absent,
    version: absent,
    close: async () => {},
  };
  return { batched: batchReads(fake), calls };
}

test('many questions at the same moment are one list, each with its own answer', async () => {
  const { batched, calls } = api();
  const names = ['a', 'b', 'c', 'd', 'e'];
  const found = await Promise.all(names.map((name) => batched.read(place(name), named)));
  expect(found.map(({ metadata }) => metadata.name)).toEqual(names);
  const pods = await Promise.all(
    names.map((name) => batched.list(place(null, PODS), named, { labelSelector: `app=${name}` })),
  );
  expect(pods.map((list) => list.map(({ metadata }) => metadata.name))).toEqual(names.map((name) => [name]));
  expect(calls).toEqual(['list deployments all', 'list pods all']);
});

test('a few questions are asked as they are', async () => {
  const { batched, calls } = api();
  await Promise.all(['a', 'b'].map((name) => batched.read(place(name), named)));
  expect(calls).toEqual(['read a', 'read b']);
});

test('one that is not there is told as if it had been asked for alone, and the others are answered', async () => {
  const { batched } = api();
  const asked = ['a', 'b', 'c', 'gone'].map((name) => batched.read(place(name), named));
  const ends = await Promise.allSettled(asked);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  await expect(asked[3]).rejects.toMatchObject({
    problem: 'not-found',
    message: expect.stringContaining('Deployment gone in shop'),
  });
});

test('a step under way is never made to wait for others', async () => {
  const { batched, calls } = api();
  const { signal } = new AbortController();
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => batched.read(place(name), named, signal)));
  expect(calls).toHaveLength(4);
});

test('a selector that is more than equality is left to the API server', async () => {
  const { batched, calls } = api();
  const lists = ['a', 'b', 'c', 'd'].map((name) =>
    batched.list(place(null), named, { labelSelector: `app in (${name})` }),
  );
  await Promise.all(lists);
  expect(calls).toHaveLength(4);
});
