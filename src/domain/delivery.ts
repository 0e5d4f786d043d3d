import type { Origin } from './request.ts';

/**
 * Something that came in from Slack: authenticated and parsed, not yet worked on. `id` is the same for
 * every delivery of the same thing, so that storing it twice is storing it once.
 */
export type Delivery =
  | {
      readonly kind: 'command';
      readonly id: string;
      /** Without the slash: `deploy`. */
      readonly command: string;
      readonly text: string;
      readonly origin: Origin;
    }
  /** `@slipway deploy …`: the text behind the mention. */
  | { readonly kind: 'mention'; readonly id: string; readonly text: string; readonly origin: Origin }
  | {
      readonly kind: 'reaction';
      readonly id: string;
      readonly change: 'added' | 'removed';
      /** Slack's name without skin tone: `white_check_mark`. */
      readonly reaction: string;
      readonly userId: string;
      readonly channelId: string;
      readonly messageTs: string;
      /** When the person did it, in epoch milliseconds by Slack's clock. */
      readonly at: number;
    }
  | {
      readonly kind: 'button';
      readonly id: string;
      readonly action: ButtonAction;
      readonly messageTs: string | null;
      /** When it was received, in epoch milliseconds. */
      readonly at: number;
      readonly origin: Origin;
    }
  | {
      readonly kind: 'form';
      readonly id: string;
      readonly service: string;
      readonly environment: string;
      readonly version: string;
      readonly reason: string | null;
      readonly origin: Origin;
    }
  /** The form of a silence, filled in. */
  | {
      readonly kind: 'silence';
      readonly id: string;
      readonly groupId: string;
      /** Milliseconds. */
      readonly duration: number;
      readonly reason: string;
      readonly origin: Origin;
    };

/** What a button under an alert does. */
export type AlertAction = Extract<ButtonAction, { readonly groupId: string }>;

/** What a button does; its value in Slack is this, as JSON. */
export type ButtonAction =
  /** `planDigest` is the plan that the person saw when they clicked. */
  | {
      readonly do: 'approve' | 'reject';
      readonly operationId: string;
      readonly planDigest: string;
    }
  | { readonly do: 'cancel'; readonly operationId: string }
  /** Ends what a running operation is doing. */
  | { readonly do: 'stop'; readonly operationId: string }
  | { readonly do: 'plan-again'; readonly operationId: string }
  | { readonly do: 'roll-back'; readonly operationId: string }
  | {
      readonly do: 'acknowledge-alert' | 'silence-form' | 'end-silence' | 'incident-report';
      readonly groupId: string;
    }
  | { readonly do: 'silence-alert'; readonly groupId: string; readonly hours: number }
  | {
      readonly do: 'roll-back-target';
      readonly groupId: string;
      readonly service: string;
      readonly environment: string;
    }
  /** Brings the data back as it was before that operation. */
  | { readonly do: 'restore'; readonly operationId: string }
  /** Of the canary that is this operation. */
  | { readonly do: 'promote' | 'abort'; readonly operationId: string };
