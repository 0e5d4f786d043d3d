import { randomUUID } from 'node:crypto';
import type { Storm } from '../domain/storm.ts';
import {
  digestedGroups,
  groupsToRelease,
  markDigested,
  stormsToTell,
  takeRelease,
} from '../store/alert-digests.ts';
import {
  beginStorm,
  currentStorm,
  endStorm,
  holdChannel,
  joinStorm,
  lockStorm,
  markWithdrawn,
  openedSince,
  unsettledChannels,
} from '../store/alert-storms.ts';
import { inTransaction } from '../store/database.ts';
import type { AlertContext } from './context.ts';

const MINUTE = 60_000;
/** Milliseconds between two edits of one message. */
const EDIT = 1_000;

/** Begins a storm where too many groups opened in a minute, lets groups join it, and ends it. */
export async function settleStorms(context: AlertContext): Promise<void> {
  const since = new Date(context.clock().getTime() - MINUTE);
  const channels = await unsettledChannels(context.database, { since, more: context.settings.storm });
  for (const channel of channels) await settleChannel(context, channel);
}

async function settleChannel(context: AlertContext, channel: string): Promise<void> {
  const { database, settings, messages } = context;
  await inTransaction(database, async (tx) => {
    await holdChannel(tx, channel);
    const now = context.clock();
    const since = new Date(now.getTime() - MINUTE);
    const opened = await openedSince(tx, channel, since);
    let storm = await currentStorm(tx, channel);
    if (storm === null && opened > settings.storm) {
      await beginStorm(tx, { id: `st-${randomUUID()}`, channel, at: now });
      storm = await currentStorm(tx, channel);
    }
    if (storm === null) return;
    const joined = await joinStorm(tx, storm, new Date(storm.beganAt.getTime() - MINUTE));
    const posted = joined.flatMap((group) => (group.posted ? [group.id] : []));
    await markWithdrawn(tx, await messages.withdraw(tx, posted));
    // Half of what it took to begin, so that it does not begin and end by turns.
    if (opened <= settings.storm / 2) await endStorm(tx, storm.id, now);
  });
}

/**
 * Puts the digest of every storm of which a group has changed, as often as Slack takes its messages; `later` if one
 * has to wait for that.
 */
export async function digestStorms(context: AlertContext): Promise<'later' | 'done'> {
  let result: 'later' | 'done' = 'done';
  for (const { id, channel } of await stormsToTell(context.database)) {
    const channelId = await context.channelIdOf(channel);
    if (channelId !== null && (await digestStorm(context, id, channelId)) === 'later') result = 'later';
  }
  return result;
}

function digestStorm(
  { database, messages, clock }: AlertContext,
  id: string,
  channelId: string,
): Promise<'later' | 'done'> {
  return inTransaction(database, async (tx) => {
    const storm = await lockStorm(tx, id);
    if (storm === null) return 'done';
    const now = clock();
    if (storm.digestedAt !== null && now.getTime() - storm.digestedAt.getTime() < pauseOf(storm))
      return 'later';
    const groups = await digestedGroups(tx, id, now);
    const pages = await messages.digest(tx, { storm, groups, channelId });
    await markDigested(tx, { storm, groups, pages, at: now });
    return 'done';
  });
}

/** Slack takes about one edit of each of its messages a second. */
function pauseOf({ pages }: Storm): number {
  return EDIT * Math.max(1, pages);
}

/**
 * Gives what still fires after a storm its own message, the worst first and one at a time: no faster than alerts may
 * come without being a storm.
 */
export async function releaseGroups(
  context: AlertContext,
  tell: (group: { readonly id: string; readonly version: number }) => Promise<unknown>,
): Promise<void> {
  const { database, settings } = context;
  const at = context.clock();
  const lastBefore = new Date(at.getTime() - MINUTE / settings.storm);
  for (const { stormId, ...group } of await groupsToRelease(database, lastBefore)) {
    if (await takeRelease(database, { stormId, at, lastBefore })) await tell(group);
  }
}
