import { randomUUID } from 'node:crypto';
import {
  beginStorm,
  currentStorm,
  endStorm,
  groupsOfStorm,
  holdChannel,
  joinStorm,
  markWithdrawn,
  openedSince,
  readStorm,
  setPages,
  stormsToTell,
  unsettledChannels,
} from '../store/alert-storms.ts';
import { readGroupViews } from '../store/alerts.ts';
import { inTransaction } from '../store/database.ts';
import type { AlertContext } from './context.ts';

const MINUTE = 60_000;

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

/** Puts the digest of every storm of which a group has changed. */
export async function digestStorms(context: AlertContext): Promise<void> {
  const { database, messages } = context;
  for (const id of await stormsToTell(database)) {
    const storm = await readStorm(database, id);
    const channelId = storm === null ? null : await context.channelIdOf(storm.channel);
    if (storm === null || channelId === null) continue;
    const views = await readGroupViews(database, await groupsOfStorm(database, id));
    await inTransaction(database, async (tx) => {
      const pages = await messages.digest(tx, { storm, views, channelId });
      await setPages(tx, id, pages);
    });
  }
}
