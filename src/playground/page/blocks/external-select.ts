/** @module A select whose options the app suggests while one types. */
import { html } from 'htm/preact';
import type { JSX } from 'preact';
import { useContext, useEffect, useId, useState } from 'preact/hooks';
import { useDismiss } from '../dismiss.ts';
import { type Json, record } from '../json.ts';
import { type ExternalSelectElement, type Option, type OptionGroup, readOptions } from './element.ts';
import { BlockHostContext } from './host.ts';
import { optionValue } from './value.ts';

interface ExternalSelectProps {
  readonly blockId: string;
  readonly element: ExternalSelectElement;
  readonly value: Json;
  readonly label: string;
  readonly inputId?: string | undefined;
  readonly isInvalid?: boolean;
  readonly onValue: (value: Json) => void;
}

/** Long enough that a fast typist asks once, short enough not to be noticed. Milliseconds. */
const PAUSE = 150;

export function ExternalSelect(props: ExternalSelectProps): JSX.Element {
  const { element, value, inputId, isInvalid, label, onValue } = props;
  const chosen = readOptions([value.selected_option]).find(
    () => record(value.selected_option).value !== undefined,
  );
  const [query, setQuery] = useState<string | undefined>(undefined);
  const groups = useSuggestions(props, query);
  const close = (): void => setQuery(undefined);
  const box = useDismiss<HTMLSpanElement>(query !== undefined, close);
  const [active, setActive] = useState(0);
  const listId = useId();
  const options = groups.flatMap((group) => group.options);
  const choose = (option: Option | undefined): void => {
    if (option === undefined) return;
    close();
    onValue(optionValue('external_select', option));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (query === undefined) return;
    if (event.key === 'ArrowDown') setActive(Math.min(active + 1, options.length - 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0));
    else if (event.key === 'Enter') choose(options[active]);
    else return;
    event.preventDefault();
  };
  const onInput = ({ currentTarget }: Event): void => {
    setActive(0);
    if (currentTarget instanceof HTMLInputElement) setQuery(currentTarget.value);
  };
  return html`<span class="select combobox" ref=${box}>
    <input
      id=${inputId}
      class="field"
      role="combobox"
      autocomplete="off"
      aria-expanded=${query !== undefined}
      aria-controls=${listId}
      aria-invalid=${isInvalid === true}
      aria-label=${label || (inputId === undefined ? element.placeholder : undefined)}
      placeholder=${element.placeholder}
      value=${query ?? chosen?.text ?? ''}
      onFocus=${() => setQuery('')}
      onInput=${onInput}
      onKeyDown=${onKey}
    />
    ${query !== undefined && drawMenu({ groups, active: options[active], listId, choose })}
  </span>`;
}

/** The app's answer to what is typed; nothing while the typed text is shorter than the element wants it. */
function useSuggestions(
  { blockId, element }: ExternalSelectProps,
  query: string | undefined,
): readonly OptionGroup[] {
  const host = useContext(BlockHostContext);
  const [groups, setGroups] = useState<readonly OptionGroup[]>([]);
  useEffect(() => {
    if (query === undefined || query.length < element.minQueryLength) return undefined;
    let isCurrent = true;
    const timer = setTimeout(async () => {
      const suggested = await host.suggest(blockId, element.actionId, query);
      if (isCurrent) setGroups(suggested);
    }, PAUSE);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [query]);
  return groups;
}

interface MenuProps {
  readonly groups: readonly OptionGroup[];
  readonly active: Option | undefined;
  readonly listId: string;
  readonly choose: (option: Option) => void;
}

function drawMenu({ groups, active, listId, choose }: MenuProps): JSX.Element {
  const draw = (option: Option): JSX.Element => html`<div
    class="menu-item"
    role="option"
    aria-selected=${option === active}
    onPointerDown=${(event: Event) => event.preventDefault()}
    onClick=${() => choose(option)}
  >
    <span>${option.text}</span>
    ${option.description && html`<small>${option.description}</small>`}
  </div>`;
  return html`<div class="menu" role="listbox" id=${listId}>
    ${groups.every((group) => group.options.length === 0) && html`<p class="menu-empty">Nothing matches</p>`}
    ${groups.map((group) => html`${group.label && html`<p class="menu-label">${group.label}</p>`}${group.options.map(draw)}`)}
  </div>`;
}
