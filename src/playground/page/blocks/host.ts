/** @module What an interactive block needs from the message or the view that it stands in. */
import { createContext } from 'preact';
import type { Json } from '../json.ts';
import type { OptionGroup } from './element.ts';

/** One entry of an interaction payload's `actions`. */
export type BlockAction = Json & { readonly block_id: string; readonly action_id: string };

export interface BlockHost {
  /** Sends an action to the app; resolves when the app has acknowledged it or failed to. */
  readonly act: (action: BlockAction) => Promise<void>;
  /** Asks the app for the options of an external select. */
  readonly suggest: (blockId: string, actionId: string, typed: string) => Promise<readonly OptionGroup[]>;
}

const NOWHERE: BlockHost = { act: async () => {}, suggest: async () => [] };

export const BlockHostContext = createContext<BlockHost>(NOWHERE);
