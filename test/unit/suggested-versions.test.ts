import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CodeHost } from '../../integrations/code-host.ts';
import { TargetError } from '../../integrations/target.ts';
import { suggestedVersions } from '../../src/code-behind.ts';
import { codeHost } from '../support/code-host.ts';
import { createOperationsWorld, type OperationsWorld } from '../support/operations.ts';

const form = { service: 'api', environment: 'staging' };
let world: OperationsWorld;
beforeAll(async () => {
  // Its registry has v1.0.0, v1.1.0 and v1.2.0.
  world = await createOperationsWorld();
});
afterAll(() => world.stop());

function suggested(knows: Partial<CodeHost> | null, imageTag?: string): Promise<readonly string[]> {
  const { api } = world.context.config.services;
  if (api === undefined) throw new Error('there is no api');
  const code = { of: () => (knows === null ? null : codeHost(knows)), placeAuthor: async () => null };
  const services = { api: imageTag === undefined ? api : { ...api, imageTag } };
  return suggestedVersions({ ...world.context, code, config: { ...world.context.config, services } }, form);
}
const releases = async () => ['v1.3.0', 'v1.2.0', 'v1.0.0'];
const away = async () => Promise.reject(new TargetError('unavailable', 'GitHub answered 503.'));

it('suggests recent releases first, then what was only published', async () => {
  expect(await suggested({ recentVersions: async () => ['v1.2.0', 'v1.0.0'] })).toEqual([
    'v1.2.0',
    'v1.0.0',
    'v1.1.0',
  ]);
});

it('leaves a release out whose image is not there, where images are tagged as people type', async () => {
  expect(await suggested({ recentVersions: releases })).toEqual(['v1.2.0', 'v1.0.0', 'v1.1.0']);
  expect(await suggested({ recentVersions: releases }, '{sha7}')).toContain('v1.3.0');
});

it('suggests what the one side knows while the other is away, or is not there', async () => {
  expect(await suggested({ recentVersions: away })).toEqual(['v1.0.0', 'v1.1.0', 'v1.2.0']);
  expect(await suggested(null)).toEqual(['v1.0.0', 'v1.1.0', 'v1.2.0']);
  const { recentVersions } = world.staging;
  world.staging.recentVersions = away;
  expect(await suggested({ recentVersions: releases })).toEqual(['v1.3.0', 'v1.2.0', 'v1.0.0']);
  world.staging.recentVersions = recentVersions;
});
