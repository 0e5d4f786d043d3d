import type { Clock } from '../clock.ts';
import type { DeliverySetting, Payload, PendingEvent } from '../entities.ts';
import { newId } from '../ids.ts';
import { type Answer, type Refusal, refuse } from '../refusal.ts';
import type { WorkspaceSeed } from '../seed.ts';
import type { Store } from '../store.ts';
import { SignedHttp } from './signed-http.ts';
import { SocketMode } from './socket-mode.ts';
import type { Receipt, Transport } from './transport.ts';

export interface AppLinkOptions {
  readonly seed: WorkspaceSeed;
  readonly store: Store;
  readonly clock: Clock;
  /** The workspace's own address: `http://127.0.0.1:4000`. */
  readonly origin: string;
  readonly onPresence: (connected: boolean) => void;
}

/**
 * The way from the workspace to the app. Commands and interactions are asked once and answered within the
 * time limit; events are kept until they are acknowledged and delivered again as Slack does.
 */
export class AppLink {
  readonly socketMode: SocketMode;
  /** How many times each envelope is delivered: a test lever, as Slack may deliver twice. */
  copies = 1;
  readonly #options: AppLinkOptions;
  #transport: Transport;
  #closed = false;

  constructor(options: AppLinkOptions) {
    const { seed, clock, origin, onPresence } = options;
    this.#options = options;
    this.socketMode = new SocketMode({
      appId: seed.app.app_id,
      origin: origin.replace(/^http/, 'ws'),
      acknowledgeMs: seed.limits.acknowledgeMs,
      clock,
      onPresence,
    });
    this.#transport = this.#open(options.store.delivery.get('app') ?? { kind: 'socket' });
    for (const event of options.store.pendingEvents.all()) this.#schedule(event);
  }

  connected(): boolean {
    return this.#transport.connected();
  }

  /** Changes how the app is reached. A request URL must answer Slack's challenge first. */
  async use(setting: DeliverySetting): Promise<Answer | Refusal> {
    const transport = this.#open(setting);
    if (transport instanceof SignedHttp && !(await transport.verify()))
      return refuse('url_verification_failed');
    this.#transport = transport;
    this.#options.store.delivery.put('app', setting);
    this.#options.onPresence(this.connected());
    return { ok: true };
  }

  /** Asks the app once. */
  ask(type: 'slash_commands' | 'interactive', payload: Payload): Promise<Receipt> {
    return this.#transport.deliver({ type, payload, retry: { attempt: 0, reason: null } }, this.copies);
  }

  /** Tells the app about an event, if it is subscribed to its kind. */
  announce(subscription: string, event: Payload): void {
    const { seed, store, clock } = this.#options;
    if (!seed.app.events.includes(subscription)) return;
    const id = newId('Ev');
    const payload = wrapEvent({ seed, id, event, at: clock.now() });
    const pending = { id, payload, attempts: 0, reason: null, due: clock.now() };
    void this.#attempt(store.pendingEvents.put(id, pending));
  }

  close(): void {
    this.#closed = true;
    this.socketMode.close();
  }

  #open(setting: DeliverySetting): Transport {
    if (setting.kind === 'socket') return this.socketMode;
    const { seed, clock } = this.#options;
    const { signing_secret: signingSecret, verification_token: verificationToken } = seed.app;
    const { acknowledgeMs } = seed.limits;
    return new SignedHttp({ url: setting.url, signingSecret, verificationToken, acknowledgeMs, clock });
  }

  #schedule(event: PendingEvent): void {
    const { clock } = this.#options;
    clock.after(Math.max(0, event.due - clock.now()), () => void this.#attempt(event));
  }

  async #attempt(event: PendingEvent): Promise<void> {
    if (this.#closed) return;
    const { store, seed, clock } = this.#options;
    const retry = { attempt: event.attempts, reason: event.reason };
    const receipt = await this.#transport.deliver(
      { type: 'events_api', payload: event.payload, retry },
      this.copies,
    );
    if (this.#closed) return;
    const wait = seed.limits.eventRetryMs[event.attempts];
    if (receipt.kind === 'acknowledged' || wait === undefined || isFinal(receipt)) {
      store.pendingEvents.remove(event.id);
      return;
    }
    const reason = receipt.kind === 'timeout' ? 'timeout' : receipt.reason;
    const next = { ...event, attempts: event.attempts + 1, reason, due: clock.now() + wait };
    this.#schedule(store.pendingEvents.put(event.id, next));
  }
}

function isFinal(receipt: Receipt): boolean {
  return receipt.kind === 'failed' && receipt.final;
}

function wrapEvent({ seed, id, event, at }: WrapRequest): Payload {
  const { team, app } = seed;
  return {
    token: app.verification_token,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: app.app_id,
    event,
    type: 'event_callback',
    event_id: id,
    event_time: Math.floor(at / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: team.id,
        user_id: app.user_id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${id}`,
  };
}

interface WrapRequest {
  readonly seed: WorkspaceSeed;
  readonly id: string;
  readonly event: Payload;
  readonly at: number;
}
