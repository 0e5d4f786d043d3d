/** What the operator can do about Slack's refusals, by Slack's word for them. */
const REMEDIES: Readonly<Record<string, string>> = {
  account_inactive: 'install the app again: its token belongs to an account that is gone',
  cant_update_message: 'the message was posted by another app or token; use one token',
  channel_not_found: 'check the channel in the config and invite the bot: /invite @slipway',
  ekm_access_denied: 'ask the workspace’s administrators: its encryption keys are withheld',
  file_not_found: 'the upload went astray; it is tried again by itself',
  invalid_auth: 'set SLACK_BOT_TOKEN to the bot token of the installed app',
  invalid_blocks: 'this is a fault of Slipway; please report it with this line',
  is_archived: 'unarchive the channel, or name another one in the config',
  message_not_found: 'somebody deleted the message; it is not posted again',
  missing_scope: 'install the app again with all scopes of manifests/slack-app.yaml',
  msg_too_long: 'this is a fault of Slipway; please report it with this line',
  no_permission: 'install the app again with all scopes of manifests/slack-app.yaml',
  not_authed: 'set SLACK_BOT_TOKEN to the bot token of the installed app',
  not_in_channel: 'invite the bot to the channel: /invite @slipway',
  restricted_action: 'let apps post in this channel, or name another one in the config',
  thread_not_found: 'somebody deleted the message that the thread hung on',
  token_revoked: 'install the app again and set its new SLACK_BOT_TOKEN',
};

/** What to do about a refusal such as `not_in_channel` or `invalid_blocks: …`. */
export function remedyFor(error: string): string {
  const [word = ''] = error.split(':');
  return REMEDIES[word] ?? 'see https://docs.slack.dev/reference/methods for this error';
}
