import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationContext } from '../../../../src/operations/context.ts';
import { submit } from '../../../../src/operations/request.ts';
import { tellCodeHosts } from '../../../../src/operations/source/deployments.ts';
import { openOperations } from '../../../../src/store/operations.ts';
import { codeHost } from '../../../support/code-host.ts';
import { ANA, createOperationsWorld, type OperationsWorld } from '../../../support/operations.ts';

describe('what a code host is told of deployments', () => {
  let world: OperationsWorld;
  beforeAll(async () => {
    world = await createOperationsWorld();
  });
  afterAll(() => world.stop());

  const told = new Map<string, string>();
  const host = codeHost({
    find: async (version) => ({ kind: 'tag', name: version, commit: `commit of ${version}` }),
    recordDeployment: async ({ commit, state, environmentUrl }) => {
      told.set(commit, `${state} ${environmentUrl}`);
      return commit;
    },
  });

  async function deploy(context: OperationContext, version: string): Promise<void> {
    const target = { service: 'api', environment: 'staging' };
    const reply = await submit(context, world.engine, {
      deliveryId: version,
      requests: [{ kind: 'deploy', target, version }],
      options: { emergency: null, reason: null },
      dryRun: false,
      origin: { userId: ANA, channelId: 'C1' },
    });
    expect(reply).toBeNull();
    const [open] = await openOperations(context.database, target);
    if (open !== undefined) await world.until(open.id, ({ operation }) => operation.endedAt !== null);
  }

  it('never puts what is told late in the place of what serves by now', async () => {
    const context = { ...world.context, code: { of: () => host, placeAuthor: async () => null } };
    await deploy(context, 'v1.1.0');
    await deploy(context, 'v1.2.0');
    await tellCodeHosts(context, { link: async () => null, describe: () => 'x' });
    expect(Object.fromEntries(told)).toEqual({
      'commit of v1.1.0': 'inactive null',
      'commit of v1.2.0': 'success null',
    });
  });
});
