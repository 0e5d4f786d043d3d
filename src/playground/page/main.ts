/** @module Starts the page: workspace, session, then drawing whenever the state changed. */
import { h, render } from 'preact';
import { UNREACHABLE } from './answer.ts';
import { getJson, webApi } from './api.ts';
import { App } from './app.ts';
import { readCloud } from './model/cloud.ts';
import { people, readWorkspace, type Workspace } from './model/workspace.ts';
import { createSession } from './session.ts';
import { initialState, type State } from './state/state.ts';
import { createStore, type Store } from './state/store.ts';

/** How often the demo cloud is asked. Milliseconds. */
const CLOUD_EVERY = 2_000;
/** How long after it did not answer the server is asked again. Milliseconds. */
const ASK_AGAIN_AFTER = 1_000;

async function start(root: HTMLElement): Promise<void> {
  const workspace = await untilLoaded(root);
  const store = createStore(stateFromAddress(workspace), () => draw());
  const session = createSession(workspace, store);
  root.replaceChildren();
  const draw = (): void => {
    const state = store.get();
    showAddress(workspace, state);
    render(h(App, { session, state }), root);
  };
  draw();
  watchCloud(store);
}

/** Whoever opens the page while the server starts or the network changes sees it once that is over. */
async function untilLoaded(root: HTMLElement): Promise<Workspace> {
  for (;;) {
    try {
      return await loadWorkspace();
    } catch (error) {
      showOpening(root, `The playground does not answer. Trying again… (${String(error)})`);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER));
    }
  }
}

function showOpening(root: HTMLElement, words: string): void {
  const opening = root.querySelector('.opening');
  if (opening !== null) opening.textContent = words;
}

async function loadWorkspace(): Promise<Workspace> {
  const described = await getJson('/playground/workspace');
  const [somebody] = people(readWorkspace(described, {}));
  const groups = await webApi(somebody?.token ?? '')('usergroups.list', { include_users: true });
  if (groups.error === UNREACHABLE) throw new Error('the user groups did not come');
  return readWorkspace(described, groups.body);
}

/** `#bo/deploys` opens the page as Bo in #deploys, so that two windows can be two people. */
function stateFromAddress(workspace: Workspace): State {
  const [person, channel] = decodeURIComponent(location.hash.slice(1)).split('/');
  const all = people(workspace);
  const me = all.find(({ name }) => name === person) ?? all[0];
  const open = workspace.channels.find(({ name }) => name === channel) ?? workspace.channels[0];
  return initialState(me?.id ?? '', open?.id ?? '', workspace.groups);
}

function showAddress(workspace: Workspace, { me, channel, unread }: State): void {
  const person = workspace.users.find(({ id }) => id === me);
  const open = workspace.channels.find(({ id }) => id === channel);
  const hasUnread = Object.values(unread).some((count) => count > 0);
  document.title = `${hasUnread ? '• ' : ''}#${open?.name} · ${workspace.team}`;
  history.replaceState(null, '', `#${person?.name}/${open?.name}`);
}

function watchCloud(store: Store): void {
  const ask = async (): Promise<void> => {
    if (document.hidden) return;
    try {
      store.dispatch({ type: 'cloud', cloud: readCloud(await getJson('/playground/cloud')) });
    } catch {
      return;
    }
  };
  void ask();
  setInterval(ask, CLOUD_EVERY);
  document.addEventListener('visibilitychange', ask);
}

const root = document.getElementById('root');
if (root !== null) {
  start(root).catch((error: unknown) => {
    root.textContent = `The playground could not be opened: ${String(error)}`;
  });
}
