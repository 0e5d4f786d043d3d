import type { KnownBlock } from '@slack/web-api';

/** What a message says, in Slack's own shapes: plain data that can be stored and compared. */
export interface MessageContent {
  /** Everything in a line, for notifications, lock screens and screen readers. */
  readonly text: string;
  /** Not shown beside a picture, where the text is all that is said. */
  readonly blocks: readonly KnownBlock[];
  /** A stripe beside the message (`#d00000`), never the only sign of anything. */
  readonly color?: string;
}
