import type { Payload } from '../entities.ts';

/** One thing that the app is told, in the words of Socket Mode. */
export interface Envelope {
  readonly type: 'events_api' | 'slash_commands' | 'interactive';
  readonly payload: Payload;
  /** How often this was delivered before, and why that did not count. Only events are delivered again. */
  readonly retry: { readonly attempt: number; readonly reason: string | null };
}

/** What became of a delivery. */
export type Receipt =
  /** `body` is the response that came with the acknowledgement, if any. */
  | { readonly kind: 'acknowledged'; readonly body: unknown }
  | { readonly kind: 'timeout' }
  /** Nobody there, or an answer that is no acknowledgement. `final`: the app asked not to retry. */
  | { readonly kind: 'failed'; readonly reason: string; readonly final: boolean };

/** A way to reach the app. `copies` > 1 delivers the same envelope several times, as Slack may. */
export interface Transport {
  connected(): boolean;
  deliver(envelope: Envelope, copies: number): Promise<Receipt>;
  close(): void;
}

/** Why the app did not take it, in the words that Slack shows to the person. */
export function failureOf(receipt: Receipt): 'operation_timeout' | 'dispatch_failed' | undefined {
  if (receipt.kind === 'acknowledged') return undefined;
  return receipt.kind === 'timeout' ? 'operation_timeout' : 'dispatch_failed';
}

/** What came with the acknowledgement. */
export function bodyOf(receipt: Receipt): unknown {
  return receipt.kind === 'acknowledged' ? receipt.body : undefined;
}
