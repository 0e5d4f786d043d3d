import { TargetError } from '../../../integrations/target.ts';
import type { Config } from '../../config/schema.ts';
import type { People } from '../../domain/person.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { isStranger, type Release, type ReleaseKind, strangerId } from '../../domain/release.ts';
import type { DeployRequest } from '../../domain/request.ts';
import type { TargetRef } from '../../domain/target.ts';
import type { Queryable } from '../../store/database.ts';
import {
  claimReleases,
  finishRelease,
  keepReleases,
  laterRelease,
  putOffRelease,
  type ServiceRelease,
  type StoredRelease,
} from '../../store/releases.ts';
import type { OperationContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { repeatedly } from '../repeatedly.ts';
import { submit } from '../submit.ts';
import { NOT_HERE } from './authors.ts';

/**
 * Seconds for which nobody else works on a release that this process has taken, unless it takes them anew: so soon
 * is the work of a process that was killed gone on with.
 */
const CLAIM = 15;
/** Milliseconds between two times of that. */
const KEEP = 5_000;
/** Seconds until a release is tried again whose image or checks are not there yet. */
const AGAIN = 10;
/** Refusals that a build that is still running explains. */
const PASSING: readonly Refusal['code'][] = ['unknown-version', 'checks-unknown', 'target-error', 'busy'];

/** True for what may be otherwise a little later: also what Slack did not say just now, and only that. */
function isPassing(refusal: Refusal): boolean {
  if (refusal.code === 'barred-account') return refusal.why === 'unknown';
  if (refusal.code === 'wrong-channel') return refusal.nameless === true;
  return PASSING.includes(refusal.code);
}

/** What is told of a release in its channel. */
export type ReleaseNote =
  | { readonly kind: 'waiting'; readonly refusals: readonly Refusal[]; readonly until: Date }
  | { readonly kind: 'not-deployed'; readonly refusals: readonly Refusal[] }
  /** A newer one was published before this one could be deployed: to deploy it now would be going back. */
  | { readonly kind: 'overtaken'; readonly by: string }
  /** Its own message says the rest. */
  | { readonly kind: 'begun' };

export interface ReleaseContext {
  readonly operations: OperationContext;
  readonly engine: Engine;
  /** The channel's ID; null where there is none of that name. */
  channelId(spelling: string): Promise<string | null>;
  /** Tells something of a release; `onlyUpdate` where nothing is to be said that was not begun. */
  tell(
    db: Queryable,
    message: {
      readonly told: StoredRelease;
      readonly target: TargetRef;
      readonly channelId: string;
      readonly note: ReleaseNote;
    },
  ): Promise<void>;
}

/** The services that a release of that repository is deployed for. */
export function servicesOf({ repository, kind }: Release, { services }: Config): readonly string[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const isIts = service.repository?.toLowerCase() === repository.toLowerCase();
    return isIts && service.releases?.[kind] !== undefined ? [name] : [];
  });
}

/** Works on the releases that are due: begins what they ask for, or says why not. */
export async function workOnReleases(context: ReleaseContext): Promise<void> {
  const { database, log } = context.operations;
  const claimed = await claimReleases(database, CLAIM);
  if (claimed.length === 0) return;
  const kept = new Set(claimed.map(({ key }) => key));
  const keeping = repeatedly('keeping releases', KEEP, log, () => keepReleases(database, [...kept], CLAIM));
  try {
    for (const told of claimed) {
      await workOn(context, told).catch(async (err: unknown) => {
        log.error({ err, release: told.key }, 'a release could not be worked on');
        await putOffRelease(database, told.key, AGAIN);
      });
      kept.delete(told.key);
    }
  } finally {
    await keeping.stop();
  }
}

async function workOn(context: ReleaseContext, told: StoredRelease): Promise<void> {
  const { database, config, clock, log } = context.operations;
  const place = placeOf(told, config);
  const channelId = place === null ? null : await context.channelId(place.channel);
  if (place === null || channelId === null) {
    log.error(
      { release: told.key },
      'a release has no environment or no channel any more, and is left alone',
    );
    return finishRelease(database, told.key);
  }
  const { target, wait, kinds } = place;
  const later = await laterRelease(database, told, kinds);
  if (later !== null) {
    await context.tell(database, { told, target, channelId, note: { kind: 'overtaken', by: later } });
    return finishRelease(database, told.key);
  }
  const refusals = await begin(context, told, { target, channelId });
  const until = new Date(told.receivedAt.getTime() + wait);
  const mayPass = refusals.length > 0 && refusals.every(isPassing) && clock() < until;
  if (mayPass) {
    await context.tell(database, { told, target, channelId, note: { kind: 'waiting', refusals, until } });
    return putOffRelease(database, told.key, AGAIN);
  }
  const note: ReleaseNote = refusals.length > 0 ? { kind: 'not-deployed', refusals } : { kind: 'begun' };
  await context.tell(database, { told, target, channelId, note });
  await finishRelease(database, told.key);
}

function placeOf(
  { service, release }: ServiceRelease,
  { services, environments }: Config,
): {
  readonly target: TargetRef;
  readonly channel: string;
  readonly wait: number;
  /** The kinds of releases that are deployed there. */
  readonly kinds: readonly ReleaseKind[];
} | null {
  const releases = services[service]?.releases;
  const environment = releases?.[release.kind];
  if (releases === undefined || environment === undefined) return null;
  const channel = releases.channel ?? environments[environment]?.channels[0];
  if (channel === undefined) return null;
  const kinds = (['prerelease', 'release'] as const).filter((kind) => releases[kind] === environment);
  return { target: { service, environment }, channel, wait: releases.wait, kinds };
}

/** Asks for the deploy as whoever published it; returns why not, empty when it has begun. */
async function begin(
  context: ReleaseContext,
  { key, release }: StoredRelease,
  { target, channelId }: { readonly target: TargetRef; readonly channelId: string },
): Promise<readonly Refusal[]> {
  const userId = await requesterOf(context.operations, release);
  if (typeof userId !== 'string')
    return [{ code: 'target-error', target, problem: userId.problem, detail: userId.message }];
  const request: DeployRequest = {
    kind: 'deploy',
    target,
    version: release.tag,
    ...(isStranger(userId) ? { stranger: release.publisher } : {}),
  };
  const reply = await submit(context.operations, context.engine, {
    deliveryId: `release/${key}`,
    requests: [request],
    options: { emergency: null, reason: `${release.kind} ${release.tag} of ${release.repository}` },
    dryRun: false,
    origin: { userId, channelId },
  });
  return reply?.kind === 'refusal' ? reply.refusals : [];
}

async function requesterOf(
  { code }: OperationContext,
  { publisher }: Release,
): Promise<string | TargetError> {
  try {
    const placed = await code.placeAuthor({ login: publisher, email: null, name: publisher });
    return placed === null || placed === NOT_HERE ? strangerId(publisher) : placed;
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
}

/** People with those among them whom Slack does not know: they are full members of nothing, and hold no role. */
export function withStrangers(people: People): People {
  return {
    person: async (id) =>
      isStranger(id)
        ? { id, name: id.slice(id.indexOf(':') + 1), email: null, barred: null, groups: [] }
        : people.person(id),
  };
}
