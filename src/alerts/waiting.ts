import { isOutage } from '../store/outage.ts';
import type { AlertContext } from './context.ts';

/** What cannot be told at the moment, for no fault of the rest. The log says so when it begins, not at each look. */
export interface Waiting {
  /** As the config spells them. */
  readonly channels: Set<string>;
  readonly groups: Set<string>;
}

export function nothingWaits(): Waiting {
  return { channels: new Set(), groups: new Set() };
}

/** The channel's ID; null where Slack knows none, or does not say. Never rejects. */
export async function channelToTell(
  { channelIdOf, log }: AlertContext,
  channel: string,
  { channels }: Waiting,
): Promise<string | null> {
  try {
    const id = await channelIdOf(channel);
    if (id === null && !channels.has(channel))
      log.error({ channel }, 'alerts wait: Slack knows no such channel');
    channels[id === null ? 'add' : 'delete'](channel);
    return id;
  } catch (err) {
    if (!channels.has(channel))
      log.error({ err, channel }, 'alerts wait: Slack does not say which channel that is');
    channels.add(channel);
    return null;
  }
}

/** Tells a group, or lets it wait if that fails, so that the others are told. True if it has to be told a little later. */
export async function tellOrWait(
  { log }: AlertContext,
  group: string,
  { groups }: Waiting,
  tell: () => Promise<boolean>,
): Promise<boolean> {
  try {
    const later = await tell();
    groups.delete(group);
    return later;
  } catch (err) {
    if (isOutage(err)) throw err;
    if (!groups.has(group)) log.error({ err, group }, 'a group of alerts cannot be told, and waits');
    groups.add(group);
    return false;
  }
}
