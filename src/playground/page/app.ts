/** @module The page: sidebar, channel, and at the right the thread or the demo cloud. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ChannelView } from './channel-view.ts';
import { CloudPanel } from './cloud/cloud-panel.ts';
import { HintCard } from './cloud/hint-card.ts';
import { createDirectory, DirectoryContext } from './directory.ts';
import { ThreadPane } from './messages/thread.ts';
import { Modal } from './modal/modal.ts';
import { applyTheme, nextTheme, remember, remembered, rememberedTheme } from './preferences.ts';
import type { Session } from './session.ts';
import { SessionContext } from './session-context.ts';
import { useShortcuts } from './shortcuts.ts';
import { Sidebar } from './sidebar/sidebar.ts';
import type { State } from './state/state.ts';

interface AppProps {
  readonly session: Session;
  readonly state: State;
}

/** Below this width the panes lie over the channel, and begin closed. */
const NARROW = '(max-width: 1099px)';

export function App({ session, state }: AppProps): JSX.Element {
  const [theme, setTheme] = useState(rememberedTheme);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [isCloudOpen, setCloudOpen] = useState(
    () => remembered('cloud') !== 'closed' && !matchMedia(NARROW).matches,
  );
  const [hasHints, setHints] = useState(() => remembered('hints') !== 'hidden');
  useEffect(() => applyTheme(theme), [theme]);
  useShortcuts(session);
  const openCloud = (isOpen: boolean): void => {
    setCloudOpen(isOpen);
    if (!matchMedia(NARROW).matches) remember('cloud', isOpen ? 'open' : 'closed');
  };
  const hideHints = (): void => {
    setHints(false);
    remember('hints', 'hidden');
  };
  const hintCard = hasHints
    ? h(HintCard, { onDismiss: hideHints, onUse: () => matchMedia(NARROW).matches && setCloudOpen(false) })
    : null;
  const directory = createDirectory(session.workspace, state.me, session.openChannel);
  const layout = [
    'app',
    isMenuOpen && 'menu-open',
    state.thread && 'thread-open',
    isCloudOpen && 'cloud-open',
  ];
  return html`<${SessionContext.Provider} value=${session}><${DirectoryContext.Provider} value=${directory}>
    <div class=${layout.filter(Boolean).join(' ')}>
      ${h(Sidebar, { state, onLeave: () => setMenuOpen(false) })}
      <button type="button" class="scrim" aria-label="Close the menu" tabindex="-1" onClick=${() => setMenuOpen(false)}></button>
      ${h(ChannelView, {
        state,
        theme,
        isCloudOpen,
        onTheme: () => setTheme(nextTheme(theme)),
        onCloud: () => openCloud(!isCloudOpen),
        onMenu: () => setMenuOpen(true),
        hints: isCloudOpen || state.channel !== session.workspace.channels[0]?.id ? null : hintCard,
      })}
      ${state.thread !== '' && h(ThreadPane, { state })}
      ${
        isCloudOpen &&
        h(CloudPanel, {
          cloud: state.cloud,
          children: hintCard,
          onClose: () => openCloud(false),
        })
      }
    </div>
    ${state.views.map((view) => h(Modal, { key: view.id, view }))}
  <//><//>`;
}
