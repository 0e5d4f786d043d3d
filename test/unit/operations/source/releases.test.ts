import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TargetError } from '../../../../integrations/target.ts';
import type { Release } from '../../../../src/domain/release.ts';
import type { OperationContext } from '../../../../src/operations/context.ts';
import {
  type ReleaseContext,
  type ReleaseNote,
  workOnReleases,
} from '../../../../src/operations/source/releases.ts';
import { recentOperations } from '../../../../src/store/operations.ts';
import { storeRelease } from '../../../../src/store/releases.ts';
import { ANA, config, createOperationsWorld, type OperationsWorld } from '../../../support/operations.ts';

describe('releases that wait', () => {
  let world: OperationsWorld;
  const notes: string[] = [];
  beforeAll(async () => {
    const { api } = config.services;
    if (api === undefined) throw new Error('there is no api');
    const releases = {
      prerelease: 'staging',
      channel: '#deploys',
      wait: 60_000,
      strangers: 'refuse',
    } as const;
    world = await createOperationsWorld({ services: { api: { ...api, releases } } });
  });
  afterAll(() => world.stop());

  const release = (tag: string): Release => ({
    repository: 'king-jam/king-jam-ai',
    id: tag,
    kind: 'prerelease',
    tag,
    publisher: 'ana',
    url: `https://github.example/${tag}`,
    publishedAt: '2026-11-22T04:00:00Z',
  });

  /** Works on everything that waits, as if its time had come. */
  async function work(): Promise<void> {
    const operations: OperationContext = {
      ...world.context,
      code: { of: () => null, placeAuthor: async () => ANA },
    };
    const context: ReleaseContext = {
      operations,
      engine: world.engine,
      channelId: async () => 'C1',
      tell: async (_db, { told, note }) => void notes.push(`${told.release.tag} ${noteText(note)}`),
    };
    await world.context.database.query('update slipway.releases set next_try = now() where done_at is null');
    await workOnReleases(context);
  }

  function noteText(note: ReleaseNote): string {
    return note.kind === 'overtaken' ? `overtaken by ${note.by}` : note.kind;
  }

  it('never replace a newer one that was published meanwhile', async () => {
    world.staging.fault = new TargetError('unavailable', 'The registry does not have it yet.');
    await storeRelease(world.context.database, { service: 'api', release: release('v1.1.0') });
    await work();
    expect(notes).toEqual(['v1.1.0 waiting']);
    await storeRelease(world.context.database, { service: 'api', release: release('v1.2.0') });
    world.staging.fault = null;
    await work();
    expect(notes.toSorted()).toEqual(['v1.1.0 overtaken by v1.2.0', 'v1.1.0 waiting', 'v1.2.0 begun']);
    const begun = await recentOperations(world.context.database, { service: 'api', limit: 10 });
    expect(begun.map(({ plan }) => plan.to.version)).toEqual(['v1.2.0']);
  });
});
