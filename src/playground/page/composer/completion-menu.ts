/** @module The popover above the composer with what could be meant. */
import { html } from 'htm/preact';
import type { JSX } from 'preact';
import type { Completion, Suggestion } from './completion.ts';

interface CompletionMenuProps {
  readonly id: string;
  readonly completion: Completion;
  readonly active: number;
  readonly onAccept: (suggestion: Suggestion) => void;
}

export const optionId = (id: string, index: number): string => `${id}-option-${index}`;

export function CompletionMenu({ id, completion, active, onAccept }: CompletionMenuProps): JSX.Element {
  const { suggestions, hint } = completion;
  return html`<div class="menu completion" data-testid="completion">
    ${
      suggestions.length > 0 &&
      html`<div role="listbox" id="${id}-menu" aria-label="Suggestions">
        ${suggestions.map(
          (suggestion, index) => html`<div
            class="menu-item completion-item"
            role="option"
            id=${optionId(id, index)}
            aria-selected=${index === active}
            onPointerDown=${(event: Event) => event.preventDefault()}
            onClick=${() => onAccept(suggestion)}
          >
            <span class="completion-label">${suggestion.label} <span class="completion-usage">${suggestion.usage}</span></span>
            <small>${suggestion.detail}</small>
          </div>`,
        )}
      </div>`
    }
    ${hint && html`<p class="completion-hint"><code>${hint}</code><span>Tab completes, Enter sends</span></p>`}
  </div>`;
}
