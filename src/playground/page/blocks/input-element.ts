/** @module Elements that hold a value. What they hold is reported in Slack's own shape (value.ts). */
import { html } from 'htm/preact';
import { h, type JSX } from 'preact';
import { useDirectory } from '../directory.ts';
import { Icon } from '../icons.ts';
import { type Json, number, record, records, text } from '../json.ts';
import type {
  ChoicesElement,
  InteractiveElement,
  Option,
  PickerElement,
  SelectElement,
  TextInputElement,
} from './element.ts';
import { ExternalSelect } from './external-select.ts';
import { choicesValue, pickerValue, selectValue, textValue } from './value.ts';

interface InputElementProps {
  readonly blockId: string;
  readonly element: InteractiveElement;
  /** The value as it stands; undefined for elements without one. */
  readonly initial: Json | undefined;
  /** What a screen reader calls it when no label stands beside it; '' takes the placeholder. */
  readonly label: string;
  readonly onValue: (value: Json) => void;
  readonly inputId?: string | undefined;
  readonly isInvalid?: boolean;
}

type Field<T> = Omit<InputElementProps, 'element' | 'initial'> & {
  readonly element: T;
  readonly value: Json;
};

export function InputElement({ element, initial, ...rest }: InputElementProps): JSX.Element | null {
  const field = { ...rest, value: record(initial) };
  switch (element.kind) {
    case 'text_input':
      return h(TextField, { ...field, element });
    case 'select':
      return h(SelectField, { ...field, element });
    case 'external_select':
      return h(ExternalSelect, { ...field, element });
    case 'choices':
      return h(ChoicesField, { ...field, element });
    case 'picker':
      return h(PickerField, { ...field, element });
    default:
      return null;
  }
}

const INPUT_TYPES: Readonly<Record<string, string>> = {
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
  datetimepicker: 'datetime-local',
};

function TextField({
  element,
  value,
  inputId,
  isInvalid,
  label,
  onValue,
}: Field<TextInputElement>): JSX.Element {
  const common = {
    id: inputId,
    class: 'field',
    placeholder: element.placeholder,
    value: text(value.value),
    maxLength: element.maxLength,
    'aria-invalid': isInvalid === true,
    'aria-label': label || undefined,
    onInput: (event: Event) => onValue(textValue(element.type, typed(event))),
  };
  return element.multiline
    ? h('textarea', { ...common, rows: 4 })
    : h('input', { ...common, type: INPUT_TYPES[element.type] ?? 'text' });
}

/** What stands in the input or select that an event comes from. */
export function typed({ currentTarget }: Event): string {
  const isField =
    currentTarget instanceof HTMLInputElement ||
    currentTarget instanceof HTMLTextAreaElement ||
    currentTarget instanceof HTMLSelectElement;
  return isField ? currentTarget.value : '';
}

function SelectField({
  element,
  value,
  inputId,
  isInvalid,
  label,
  onValue,
}: Field<SelectElement>): JSX.Element {
  const { people, channels } = useDirectory();
  const chosen = chosenOf(value);
  const own: readonly (readonly [string, string])[] =
    element.source === 'static'
      ? []
      : element.source === 'users'
        ? people.map((person) => [person.id, person.realName])
        : channels.map((channel) => [channel.id, `#${channel.name}`]);
  const draw = (id: string, name: string): JSX.Element =>
    html`<option value=${id} selected=${id === chosen}>${name}</option>`;
  return html`<span class="select">
    <select
      id=${inputId}
      class="field"
      aria-invalid=${isInvalid === true}
      aria-label=${label || (inputId === undefined ? element.placeholder || 'Choose' : undefined)}
      onChange=${(event: Event) => onValue(selectValue(element, typed(event)))}
    >
      <option value="" selected=${chosen === ''}>${element.placeholder || 'Choose…'}</option>
      ${own.map(([id, name]) => draw(id, name))}
      ${element.groups.map((group) => {
        const options = group.options.map((option) => draw(option.value, option.text));
        return group.label === '' ? options : html`<optgroup label=${group.label}>${options}</optgroup>`;
      })}
    </select>
    ${h(Icon, { name: 'chevron' })}
  </span>`;
}

function chosenOf(value: Json): string {
  return (
    text(record(value.selected_option).value) ||
    text(value.selected_user) ||
    text(value.selected_channel) ||
    text(value.selected_conversation)
  );
}

function ChoicesField({ element, value, blockId, onValue }: Field<ChoicesElement>): JSX.Element {
  const isSingle = element.type === 'radio_buttons';
  const selected = isSingle ? [record(value.selected_option)] : records(value.selected_options);
  const chosen = selected.map((option) => text(option.value));
  const toggle = (option: Option): void => {
    const others = chosen.filter((one) => one !== option.value);
    const next = isSingle
      ? [option.value]
      : chosen.includes(option.value)
        ? others
        : [...chosen, option.value];
    onValue(choicesValue(element, next));
  };
  return html`<span class="choices" role=${isSingle ? 'radiogroup' : 'group'}>
    ${element.options.map(
      (option) => html`<label class="choice">
        <input
          type=${isSingle ? 'radio' : 'checkbox'}
          name="${blockId}-${element.actionId}"
          checked=${chosen.includes(option.value)}
          onChange=${() => toggle(option)}
        />
        <span>${option.text}${option.description && html`<small>${option.description}</small>`}</span>
      </label>`,
    )}
  </span>`;
}

function PickerField({
  element,
  value,
  inputId,
  isInvalid,
  label,
  onValue,
}: Field<PickerElement>): JSX.Element {
  const change = (event: Event): void => onValue(pickerValue(element, toSlack(element.type, typed(event))));
  return h('input', {
    id: inputId,
    class: 'field field-picker',
    type: INPUT_TYPES[element.type] ?? 'text',
    value:
      text(value.selected_date) || text(value.selected_time) || localMoment(number(value.selected_date_time)),
    'aria-invalid': isInvalid === true,
    'aria-label': label || (inputId === undefined ? 'Choose a time' : undefined),
    onChange: change,
  });
}

/** datetime-local works in the reader's local time, Slack in seconds since 1970. */
function toSlack(type: PickerElement['type'], entered: string): string {
  if (type !== 'datetimepicker' || entered === '') return entered;
  return String(Math.floor(new Date(entered).getTime() / 1000));
}

function localMoment(seconds: number): string {
  if (seconds === 0) return '';
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
