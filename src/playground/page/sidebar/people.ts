/** @module “You are”: the people of the workspace, each one click or one key away. */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { Avatar } from '../avatar.ts';
import { type Person, people } from '../model/workspace.ts';
import { useSession } from '../session-context.ts';
import type { State } from '../state/state.ts';

interface PeopleProps {
  readonly state: State;
  readonly onLeave: () => void;
}

export function People({ state, onLeave }: PeopleProps): JSX.Element {
  const session = useSession();
  return html`<section class="side-section people" aria-label="You are">
    <h2>You are</h2>
    ${people(session.workspace).map((person, index) =>
      h(PersonRow, {
        person,
        shortcut: index + 1,
        isMe: person.id === state.me,
        waiting: state.waiting[person.id]?.length ?? 0,
        onChoose: () => {
          if (person.id !== state.me) session.become(person.id);
          onLeave();
        },
      }),
    )}
  </section>`;
}

interface PersonRowProps {
  readonly person: Person;
  readonly shortcut: number;
  readonly isMe: boolean;
  readonly waiting: number;
  readonly onChoose: () => void;
}

function PersonRow({ person, shortcut, isMe, waiting, onChoose }: PersonRowProps): JSX.Element {
  return html`<button
    type="button"
    class="side-item person"
    aria-pressed=${isMe}
    aria-keyshortcuts="Alt+${shortcut}"
    title="Alt+${shortcut}"
    data-testid="person-${person.name}"
    onClick=${onChoose}
  >
    ${h(Avatar, { user: person.id, name: person.realName, size: 'm' })}
    <span class="side-name">${person.realName}<small>${roleNames(person)}</small></span>
    ${
      waiting > 0
        ? html`<span class="waiting" data-testid="waiting-${person.name}" aria-label="${waiting} waiting">${waiting}</span>`
        : html`<kbd aria-hidden="true">${shortcut}</kbd>`
    }
  </button>`;
}

/** What a person may do, in the config's words; somebody without a role may look. */
export function roleNames(person: Person): string {
  return person.roles.length === 0 ? 'viewer' : person.roles.join(', ');
}
