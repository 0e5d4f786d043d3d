import type { Clock } from './clock.ts';
import { newSecret } from './ids.ts';
import { type Refusal, refuse } from './refusal.ts';

/** A person's click or command, which lets the app show that person a modal: once, and within seconds. */
export interface Trigger {
  readonly user: string;
  /** The modal in which it happened, if it was in one. */
  readonly view: string | null;
}

interface Issued extends Trigger {
  readonly expires: number;
  readonly used: boolean;
}

/** How long a trigger that is over is told from one that never was. */
const REMEMBERED_MS = 60_000;

export class Triggers {
  readonly #issued = new Map<string, Issued>();
  readonly #clock: Clock;
  readonly #lifetimeMs: number;

  constructor(clock: Clock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A `trigger_id` in Slack's form: three parts with dots. */
  issue(trigger: Trigger): string {
    const now = this.#clock.now();
    this.#forget(now - REMEMBERED_MS);
    const id = `${now}.${this.#issued.size + 1}.${newSecret()}`;
    this.#issued.set(id, { ...trigger, expires: now + this.#lifetimeMs, used: false });
    return id;
  }

  redeem(id: string): Trigger | Refusal {
    const trigger = this.#issued.get(id);
    if (trigger === undefined) return refuse('invalid_trigger_id');
    if (trigger.used) return refuse('exchanged_trigger_id');
    if (trigger.expires < this.#clock.now()) return refuse('expired_trigger_id');
    this.#issued.set(id, { ...trigger, used: true });
    return trigger;
  }

  #forget(before: number): void {
    for (const [id, { expires }] of this.#issued) {
      if (expires >= before) return;
      this.#issued.delete(id);
    }
  }
}
