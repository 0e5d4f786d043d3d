import { WebAPIRequestError, type WebClient } from '@slack/web-api';

/** Who the bot is, and in which workspace it is installed. */
export interface Identity {
  readonly teamId: string;
  readonly botUserId: string;
  readonly botId: string;
}

/** Asks Slack who the bot token belongs to. Rejects if Slack cannot be asked or takes it for no bot. */
export async function identify(client: {
  readonly auth: Pick<WebClient['auth'], 'test'>;
}): Promise<Identity> {
  const { team_id: teamId, user_id: botUserId, bot_id: botId } = await client.auth.test().catch(unanswered);
  if (teamId === undefined || botUserId === undefined || botId === undefined) {
    throw new Error('SLACK_BOT_TOKEN is not the token of a bot (it should begin with xoxb-)');
  }
  return { teamId, botUserId, botId };
}

/** Whoever runs the process starts it again; while it runs, outages are waited for. */
function unanswered(cause: unknown): never {
  if (!(cause instanceof WebAPIRequestError)) throw cause;
  const remedy = 'Check the network and https://slack-status.com, then start Slipway again.';
  throw new Error(`Slack does not answer: ${cause.message}. ${remedy}`, { cause });
}
