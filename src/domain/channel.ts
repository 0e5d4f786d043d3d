/** Where the bot stands to a channel: what it does can only be shown where it is inside. */
export type Presence =
  | 'inside'
  /** It was not invited, or Slack does not show it the channel. */
  | 'outside'
  /** A direct message, which no approver sees. */
  | 'direct'
  /** Slack does not say now. */
  | 'unknown';
