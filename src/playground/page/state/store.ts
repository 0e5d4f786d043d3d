/** @module Holds the state and tells the page when it changed. */
import { type Action, reduce } from './reduce.ts';
import type { State } from './state.ts';

export interface Store {
  readonly get: () => State;
  readonly dispatch: (action: Action) => void;
}

/** `changed` is called once for any number of changes in one turn of the event loop. */
export function createStore(initial: State, changed: () => void): Store {
  let state = initial;
  let isScheduled = false;
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    queueMicrotask(() => {
      isScheduled = false;
      changed();
    });
  };
  return {
    get: () => state,
    dispatch: (action) => {
      state = reduce(state, action);
      schedule();
    },
  };
}
