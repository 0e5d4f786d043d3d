import type { Journal } from '../journal.ts';
import { Audience } from './audience.ts';
import { type Clock, systemClock } from './clock.ts';
import { Counters } from './counters.ts';
import { AppLink } from './delivery/app-link.ts';
import { Faults } from './faults.ts';
import { RateLimits } from './rate-limits.ts';
import { type CommandSeed, defaultSeed, type WorkspaceSeed } from './seed.ts';
import { openStore, type Store } from './store.ts';
import { Triggers } from './triggers.ts';

export interface WorkspaceOptions {
  readonly journal: Journal;
  /** The address that people and the app reach it at, without a path: `http://127.0.0.1:4000`. */
  readonly origin: string;
  /** The slash commands of the app's manifest. */
  readonly commands: readonly CommandSeed[];
  readonly seed?: WorkspaceSeed;
  readonly clock?: Clock;
}

/** A local Slack workspace with one app: what it remembers, and who is connected to it. */
export interface Workspace {
  readonly origin: string;
  readonly seed: WorkspaceSeed;
  readonly commands: readonly CommandSeed[];
  readonly clock: Clock;
  readonly store: Store;
  readonly audience: Audience;
  readonly app: AppLink;
  readonly limits: RateLimits;
  readonly triggers: Triggers;
  readonly faults: Faults;
  readonly counters: Counters;
  /** Ends every connection. The journal stays its owner's to close. */
  close(): void;
}

/** Opens a workspace with what its journal remembers. It is reached after `attachSlack`. */
export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { journal, origin, commands, seed = defaultSeed, clock = systemClock } = options;
  const store = openStore({ journal, seed, clock });
  const audience = new Audience();
  const onPresence = (connected: boolean) =>
    audience.tellEveryone({ type: 'presence', app_connected: connected });
  const app = new AppLink({ seed, store, clock, origin, onPresence });
  return {
    origin,
    seed,
    commands,
    clock,
    store,
    audience,
    app,
    limits: new RateLimits(seed.limits.rates, clock),
    triggers: new Triggers(clock, seed.limits.triggerMs),
    faults: new Faults(clock),
    counters: new Counters(),
    close: () => app.close(),
  };
}
