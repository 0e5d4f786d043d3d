/** @module The middle: a channel's head, its messages, its composer. */
import { html } from 'htm/preact';
import { type ComponentChildren, h, type JSX } from 'preact';
import { Composer } from './composer/composer.ts';
import { useDirectory } from './directory.ts';
import { Icon } from './icons.ts';
import { MessageList } from './messages/message-list.ts';
import type { Theme } from './preferences.ts';
import { useSession } from './session-context.ts';
import { type State, streamOf } from './state/state.ts';
import { channelMessages } from './state/stream.ts';

interface ChannelViewProps {
  readonly state: State;
  readonly theme: Theme;
  readonly isCloudOpen: boolean;
  readonly onTheme: () => void;
  readonly onCloud: () => void;
  readonly onMenu: () => void;
  /** What to try first, while it is not shown elsewhere. */
  readonly hints: ComponentChildren;
}

export function ChannelView(props: ChannelViewProps): JSX.Element {
  const { state } = props;
  const directory = useDirectory();
  const name = directory.channel(state.channel)?.name ?? '';
  const me = directory.person(state.me);
  return html`<main class="channel-view">
    ${h(ChannelHeader, props)}
    ${h(Banner, { state })}
    ${h(MessageList, {
      messages: channelMessages(streamOf(state, state.channel)),
      channel: state.channel,
      label: `Messages in #${name}`,
      inThread: false,
      intro: h(Intro, { state, name, hints: props.hints }),
      conversation: `${state.me}/${state.channel}/${state.sent[state.me]?.length ?? 0}`,
    })}
    ${h(Composer, { key: `${state.me}/${state.channel}`, state, thread: '', placeholder: `Message #${name} as ${me?.realName ?? ''}` })}
  </main>`;
}

const THEME_ICONS = { auto: 'auto', light: 'sun', dark: 'moon' } as const;

function ChannelHeader({
  state,
  theme,
  isCloudOpen,
  onTheme,
  onCloud,
  onMenu,
}: ChannelViewProps): JSX.Element {
  const channel = useDirectory().channel(state.channel);
  return html`<header class="channel-header">
    <button type="button" class="tool menu-button" aria-label="Channels and people" aria-controls="sidebar" data-testid="menu" onClick=${onMenu}>
      ${h(Icon, { name: 'menu' })}
    </button>
    <div class="channel-title">
      <h2><span aria-hidden="true">#</span>${channel?.name}</h2>
      <p>${channel?.topic}</p>
    </div>
    <button type="button" class="tool" aria-label="Theme: ${theme}" title="Theme: ${theme}" data-testid="theme-toggle" onClick=${onTheme}>
      ${h(Icon, { name: THEME_ICONS[theme] })}
    </button>
    <button type="button" class="tool tool-wide" aria-pressed=${isCloudOpen} aria-label="Demo cloud" title="Demo cloud" data-testid="cloud-toggle" onClick=${onCloud}>
      ${h(Icon, { name: 'cloud' })}<span>Demo cloud</span>
    </button>
  </header>`;
}

function Banner({ state }: { readonly state: State }): JSX.Element | null {
  if (!state.isOnline) {
    return html`<p class="banner" role="status" data-testid="banner-offline">The playground does not answer. Trying again…</p>`;
  }
  if (state.isAppConnected) return null;
  return html`<p class="banner" role="status" data-testid="banner-disconnected">
    Slipway is not connected. Commands fail until it is back; it catches up on messages and reactions.
  </p>`;
}

interface IntroProps {
  readonly state: State;
  readonly name: string;
  readonly hints: ComponentChildren;
}

function Intro({ state, name, hints }: IntroProps): JSX.Element {
  const session = useSession();
  const stream = streamOf(state, state.channel);
  if (stream.hasOlder) {
    return html`<div class="intro">
      <button type="button" class="button" data-testid="load-older" onClick=${() => session.loadOlder()}>Earlier messages</button>
    </div>`;
  }
  return html`<div class="intro">
    <p class="intro-title">#${name}</p>
    <p>This is where #${name} begins. Type <kbd>/</kbd> to see what Slipway can do.</p>
    ${hints}
  </div>`;
}
