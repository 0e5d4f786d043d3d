import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TargetError } from '../../../../integrations/target.ts';
import type { Release } from '../../../../src/domain/release.ts';
import type { OperationContext } from '../../../../src/operations/context.ts';
import {
  type ReleaseContext,
  type ReleaseNote,
  workOnReleases,
} from '../../../../src/operations/source/releases.ts';
import { tellReleases } from '../../../../src/slack/release-messages.ts';
import { en } from '../../../../src/slack/words/en.ts';
import { recentOperations } from '../../../../src/store/operations.ts';
import { storeRelease } from '../../../../src/store/releases.ts';
import { ANA, config, createOperationsWorld, type OperationsWorld } from '../../../support/operations.ts';

describe('releases that wait', () => {
  let world: OperationsWorld;
  let notes: string[];
  let tell: ReleaseContext['tell'];
  let people: OperationContext['people'];
  let channels: OperationContext['channels'];
  beforeEach(async () => {
    const { api } = config.services;
    const { staging } = config.environments;
    if (api === undefined || staging === undefined) throw new Error('there is no api');
    const releases = {
      prerelease: 'staging',
      channel: '#deploys',
      wait: 60_000,
      strangers: 'refuse',
    } as const;
    world = await createOperationsWorld({
      services: { api: { ...api, releases } },
      environments: { ...config.environments, staging: { ...staging, channels: ['#deploys'] } },
    });
    notes = [];
    tell = async (_db, { told, note }) => void notes.push(`${told.release.tag} ${noteText(note)}`);
    ({ people, channels } = world.context);
  });
  afterEach(() => world.stop());

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
      people,
      channels,
      code: { of: () => null, placeAuthor: async () => ANA },
    };
    const context: ReleaseContext = {
      operations,
      engine: world.engine,
      channelId: async () => 'C1',
      tell,
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

  it('are told of as begun in what was said of them, though Slack has not got that yet', async () => {
    tell = tellReleases(en);
    world.staging.fault = new TargetError('unavailable', 'The registry does not have it yet.');
    await storeRelease(world.context.database, { service: 'api', release: release('v1.1.0') });
    await work();
    const said = async () => {
      const { rows } = await world.context.database.query<{ text: string }>(
        "select wanted ->> 'text' as text from slipway.publications where key like 'release/%'",
      );
      return rows.map(({ text }) => text);
    };
    expect(await said()).toEqual([expect.stringContaining('does not have it yet')]);
    world.staging.fault = null;
    await work();
    expect(await said()).toEqual([expect.not.stringContaining('does not have it yet')]);
  });

  it.each([
    ['who published it', () => ({ people: { person: async () => null } })],
    ['what the channel is called', () => ({ channels: named(null) })],
  ])('wait while Slack does not say %s, and then begin', async (_what, silent) => {
    const usual = { people, channels };
    ({ people, channels } = { ...usual, ...silent() });
    await storeRelease(world.context.database, { service: 'api', release: release('v1.1.0') });
    await work();
    ({ people, channels } = usual);
    await work();
    expect(notes).toEqual(['v1.1.0 waiting', 'v1.1.0 begun']);
  });

  it('wait no longer than releases do, for Slack too', async () => {
    people = { person: async () => null };
    await storeRelease(world.context.database, { service: 'api', release: release('v1.1.0') });
    world.advance(61_000);
    await work();
    expect(notes).toEqual(['v1.1.0 not-deployed']);
  });

  it.each([
    ['somebody who left', () => void world.people.set(ANA, { ...member(), barred: 'deactivated' })],
    [
      'a channel where none is taken',
      () => {
        channels = named('random');
      },
    ],
  ])('do not wait for %s', async (_what, arrange) => {
    arrange();
    await storeRelease(world.context.database, { service: 'api', release: release('v1.1.0') });
    await work();
    expect(notes).toEqual(['v1.1.0 not-deployed']);
  });

  it('are kept from others for as long as they are worked on, and fifteen seconds at most when that ends', async () => {
    const { database } = world.context;
    const held = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const { person } = people;
    people = {
      person: async (id) => {
        asked.resolve();
        await held.promise;
        return person(id);
      },
    };
    await storeRelease(database, { service: 'api', release: release('v1.1.0') });
    const working = work();
    await asked.promise;
    const claimed = async (seconds: number) => {
      const { rowCount } = await database.query(
        'select from slipway.releases where next_try > now() + make_interval(secs => $1)',
        [seconds],
      );
      return rowCount === 1;
    };
    expect(await claimed(15)).toBe(false);
    // As if the time were nearly over.
    await database.query("update slipway.releases set next_try = now() + interval '1 second'");
    await expect.poll(() => claimed(5)).toBe(true);
    held.resolve();
    await working;
    expect(notes).toEqual(['v1.1.0 begun']);
  });

  function member() {
    return { id: ANA, name: 'ana', email: null, groups: [] };
  }

  function named(name: string | null): OperationContext['channels'] {
    const presence = name === null ? 'unknown' : 'inside';
    return { ...world.context.channels, channel: async (id) => ({ id, name, presence }) };
  }
});
