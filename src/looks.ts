import { catchUpOnReactions } from '../commands/missed-reactions.ts';
import { releaseContext, telling } from './code-behind.ts';
import { runSchedules } from './operations/backup/scheduled.ts';
import type { OperationContext } from './operations/context.ts';
import type { Engine } from './operations/engine.ts';
import { repeatedly } from './operations/repeatedly.ts';
import { tellCodeHosts } from './operations/source/deployments.ts';
import { workOnReleases } from './operations/source/releases.ts';
import { takeOverOnce } from './operations/takeover.ts';
import { readReactions } from './slack/catch-up.ts';
import type { SlackConnection } from './slack/connection.ts';
import { operationKey } from './slack/messages.ts';
import { forgetGroups } from './store/alert-desk.ts';
import { forgetTakeovers } from './store/executors.ts';
import { forgetDeliveries } from './store/inbox.ts';
import { findMessage } from './store/publications.ts';

/** Together with how long a renewal must have been seen unchanged it says how soon work is taken over. */
const TAKEOVER_INTERVAL = 1_000;
const CATCH_UP_INTERVAL = 30_000;
/** How long the start waits for reactions to be read back, should Slack be slow. */
const CATCH_UP_LIMIT = 10_000;
/** Cron expressions go by the minute. */
const SCHEDULE_INTERVAL = 20_000;
const TELLING_INTERVAL = 2_000;
const RELEASES_INTERVAL = 1_000;
const FORGET_INTERVAL = 3_600_000;

/** What has to be looked at again and again, for nobody tells of it. */
export async function keepLooking(
  context: OperationContext,
  parts: { readonly engine: Engine; readonly slack: SlackConnection; readonly stack: AsyncDisposableStack },
): Promise<void> {
  const { engine, slack, stack } = parts;
  const { log, database } = context;
  const catchUp = () =>
    catchUpOnReactions(context, engine, (operationId) => reactionsTo(context, slack, operationId));
  // Once before anything is resumed: an approval may have been taken back while nobody was listening.
  await Promise.race([catchUp(), new Promise((resolve) => setTimeout(resolve, CATCH_UP_LIMIT).unref())]);
  const looks = [
    repeatedly('taking over', TAKEOVER_INTERVAL, log, () => takeOverOnce(context, engine)),
    repeatedly('catching up on reactions', CATCH_UP_INTERVAL, log, catchUp),
    repeatedly('making scheduled backups', SCHEDULE_INTERVAL, log, () => runSchedules(context, engine)),
    repeatedly('telling code hosts', TELLING_INTERVAL, log, () =>
      tellCodeHosts(context, telling(context, slack)),
    ),
    repeatedly('working on releases', RELEASES_INTERVAL, log, () =>
      workOnReleases(releaseContext(context, engine, slack)),
    ),
    repeatedly('forgetting deliveries', FORGET_INTERVAL, log, () => forgetDeliveries(database)),
    repeatedly('forgetting takeovers', FORGET_INTERVAL, log, () => forgetTakeovers(database)),
    repeatedly('forgetting alerts', FORGET_INTERVAL, log, () => forgetGroups(database)),
  ];
  stack.defer(async () => void (await Promise.all(looks.map((look) => look.stop()))));
}

/** Who reacted how to the message of an operation; null while it has none. */
export async function reactionsTo(context: OperationContext, slack: SlackConnection, operationId: string) {
  const message = await findMessage(context.database, operationKey(operationId));
  if (message === null) return null;
  const { approveReaction, rejectReaction } = context.config.slack;
  const { botUserId } = slack.identity;
  return readReactions(slack.asking, { ...message, approveReaction, rejectReaction, botUserId });
}
