import type { KnownBlock } from '@slack/web-api';

/** What a message says, in Slack's own shapes: plain data that can be stored and compared. */
export interface MessageContent {
  /** Everything in a line, for notifications, lock screens and screen readers. */
  readonly text: string;
  /** Not shown beside a picture, where the text is all that is said. */
  readonly blocks: readonly KnownBlock[];
  /** More, below the rest, beside a stripe in a colour (`#d00000`), which is never the only sign of anything. */
  readonly stripe?: { readonly color: string; readonly blocks: readonly KnownBlock[] };
}
