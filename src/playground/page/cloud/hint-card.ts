/** @module What to try first, for somebody who just arrived. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { composerId } from '../composer/composer.ts';
import { Icon } from '../icons.ts';
import { people } from '../model/workspace.ts';
import { useSession } from '../session-context.ts';

const TRIES: readonly { readonly title: string; readonly command: string }[] = [
  { title: 'Ship to staging', command: '/deploy api v1.1.0 staging' },
  { title: 'Ask for production', command: '/deploy api v1.1.0 production' },
];

const AFTERWARDS: readonly { readonly title: string; readonly command: string }[] = [
  { title: 'See one fail and undo itself', command: '/deploy api v1.4.0-flaky staging' },
];

interface HintCardProps {
  readonly onDismiss: () => void;
  /** Called when one took a hint up, so that what covers the channel can close. */
  readonly onUse: () => void;
}

export function HintCard({ onDismiss, onUse }: HintCardProps): JSX.Element {
  const session = useSession();
  const { workspace } = session;
  const beApprover = (id: string): void => {
    session.become(id);
    onUse();
  };
  const approver = people(workspace).find((person) => person.roles.includes('approver'));
  return html`<section class="hint-card" data-testid="hint-card" aria-label="What to try">
    <header>
      <h3>Launch something</h3>
      <button type="button" class="tool" aria-label="Hide this card" data-testid="hide-hints" onClick=${onDismiss}>${h(Icon, { name: 'close' })}</button>
    </header>
    <ol>
      ${TRIES.map((one) => h(Try, { ...one, onUse }))}
      ${
        approver !== undefined &&
        html`<li>
          <span>Approve it as somebody else</span>
          <button type="button" class="try" onClick=${() => beApprover(approver.id)}>
            Be ${approver.realName}, then click ✅
          </button>
        </li>`
      }
      ${AFTERWARDS.map((one) => h(Try, { ...one, onUse }))}
    </ol>
  </section>`;
}

interface TryProps {
  readonly title: string;
  readonly command: string;
  readonly onUse: () => void;
}

/** Fills the composer; the person still presses Enter, and sees what they sent. */
function Try({ title, command, onUse }: TryProps): JSX.Element {
  const session = useSession();
  const fill = (): void => {
    onUse();
    session.setDraft('', command);
    document.getElementById(composerId(''))?.focus();
  };
  return html`<li>
    <span>${title}</span>
    <button type="button" class="try" data-testid="try" onClick=${fill}><code>${command}</code></button>
  </li>`;
}
