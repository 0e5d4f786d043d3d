import { type Journal, memoryJournal } from '../../../../src/playground/journal.ts';
import type { Caller } from '../../../../src/playground/slack/callers.ts';
import type { Payload } from '../../../../src/playground/slack/entities.ts';
import type { MethodName } from '../../../../src/playground/slack/methods/coverage.ts';
import type { Reply } from '../../../../src/playground/slack/methods/method.ts';
import { METHODS } from '../../../../src/playground/slack/methods/registry.ts';
import { createWorkspace, type Workspace } from '../../../../src/playground/slack/workspace.ts';
import { ManualClock } from './manual-clock.ts';

export const DEPLOYS = 'C0DEPLOYS01';
export const ANA: Caller = { kind: 'user', userId: 'U0ANA000001' };
export const BOT: Caller = { kind: 'bot', userId: 'U0SLIPWAY01' };

export interface OfflineWorkspace {
  readonly workspace: Workspace;
  readonly clock: ManualClock;
  call(caller: Caller, method: MethodName, args: Payload): Reply | Promise<Reply>;
  /** What a person reads in a channel, newest first. */
  texts(caller: Caller): Promise<readonly unknown[]>;
}

/** A workspace without a server: methods are called directly, and time passes by hand. */
export function offlineWorkspace(journal: Journal = memoryJournal()): OfflineWorkspace {
  const clock = new ManualClock();
  const workspace = createWorkspace({ journal, clock, origin: 'http://127.0.0.1:4000', commands: [] });
  const call: OfflineWorkspace['call'] = (caller, name, args) => METHODS[name](workspace, caller, args);
  const texts = async (caller: Caller) => {
    const { messages } = await call(caller, 'conversations.history', { channel: DEPLOYS });
    return Array.isArray(messages) ? messages.map(({ text }) => text) : [];
  };
  return { workspace, clock, call, texts };
}
