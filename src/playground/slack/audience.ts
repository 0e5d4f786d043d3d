import type { Payload } from './entities.ts';

/** What a person's screen is told, as `GET /playground/events` streams it. */
export type ScreenEvent =
  | { readonly type: 'message' | 'message_changed'; readonly channel: string; readonly message: Payload }
  | { readonly type: 'message_deleted'; readonly channel: string; readonly ts: string }
  | { readonly type: 'ephemeral' | 'ephemeral_changed'; readonly channel: string; readonly message: Payload }
  | { readonly type: 'ephemeral_deleted'; readonly channel: string; readonly ts: string }
  | {
      readonly type: 'reaction_added' | 'reaction_removed';
      readonly channel: string;
      readonly ts: string;
      readonly user: string;
      readonly reaction: string;
    }
  | { readonly type: 'view_opened' | 'view_updated' | 'view_closed'; readonly view: Payload }
  | {
      readonly type: 'command_error';
      readonly channel: string;
      readonly command: string;
      readonly text: string;
      readonly error: 'dispatch_failed' | 'operation_timeout';
    }
  | { readonly type: 'presence'; readonly app_connected: boolean };

type Listener = (event: ScreenEvent) => void;

/** The screens that are open now, by person. */
export class Audience {
  readonly #screens = new Map<Listener, string>();

  /** Shows a person everything from now on; the returned function closes the screen. */
  join(userId: string, listener: Listener): () => void {
    this.#screens.set(listener, userId);
    return () => this.#screens.delete(listener);
  }

  tell(userIds: readonly string[], event: ScreenEvent): void {
    for (const [listener, userId] of this.#screens) if (userIds.includes(userId)) listener(event);
  }

  tellEveryone(event: ScreenEvent): void {
    for (const listener of this.#screens.keys()) listener(event);
  }
}
