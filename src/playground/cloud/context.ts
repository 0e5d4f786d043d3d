import type { Levers } from './levers.ts';
import type { CloudStore } from './store.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** A number from 0 up to 1, without 1. */
export type Random = () => number;

/** Where people reach what the demo cloud runs. */
export interface Addresses {
  /** `127.0.0.1:5000`, as it stands at the head of an image's name. */
  readonly registryHost: string;
  /** URL of a service, or of one of its tags, once its door is open. */
  url(service: string, tag?: string): string | undefined;
  /** Opens the doors of a service and of these tags of it. */
  open(service: string, tags: readonly string[]): Promise<void>;
}

/** What the parts of the Admin API work on. */
export interface CloudContext {
  readonly store: CloudStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly levers: Levers;
  readonly addresses: Addresses;
}
