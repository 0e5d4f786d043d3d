/** @module The left side: workspace, channels, and who one is. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { Mark } from '../icons.ts';
import { useSession } from '../session-context.ts';
import type { State } from '../state/state.ts';
import { People } from './people.ts';

interface SidebarProps {
  readonly state: State;
  /** Called when one went somewhere, so that a drawer can close. */
  readonly onLeave: () => void;
}

export function Sidebar({ state, onLeave }: SidebarProps): JSX.Element {
  const { workspace } = useSession();
  return html`<nav class="sidebar" id="sidebar" aria-label="Workspace">
    <header class="workspace">
      ${h(Mark, {})}
      <div>
        <h1>${workspace.team}</h1>
        <p>Slack on this machine</p>
      </div>
    </header>
    ${h(Channels, { state, onLeave })}
    ${h(People, { state, onLeave })}
    <p class="presence ${state.isAppConnected ? '' : 'presence-away'}" data-testid="presence">
      <span class="presence-dot"></span>
      ${state.isAppConnected ? 'Slipway is connected' : 'Slipway is away'}
    </p>
  </nav>`;
}

function Channels({ state, onLeave }: SidebarProps): JSX.Element {
  const session = useSession();
  return html`<section class="side-section" aria-label="Channels">
    <h2>Channels</h2>
    ${session.workspace.channels.map(({ id, name }) => {
      const unread = state.unread[id] ?? 0;
      const isOpen = id === state.channel;
      return html`<button
        type="button"
        class="side-item channel ${unread > 0 ? 'channel-unread' : ''}"
        aria-current=${isOpen ? 'page' : undefined}
        data-testid="channel-${name}"
        onClick=${() => {
          session.openChannel(id);
          onLeave();
        }}
      >
        <span class="channel-hash" aria-hidden="true">#</span>
        <span class="side-name">${name}</span>
        ${unread > 0 && html`<span class="unread" aria-label="${unread} unread" data-testid="unread"></span>`}
      </button>`;
    })}
  </section>`;
}
