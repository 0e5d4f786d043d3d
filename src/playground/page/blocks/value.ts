/**
 * @module The value of an interactive element, in the shape in which Slack sends it to an app: the same in an
 * action's payload and in a view's state.
 */
import type { Json } from '../json.ts';
import type {
  ChoicesElement,
  InteractiveElement,
  Option,
  PickerElement,
  SelectElement,
  SelectSource,
} from './element.ts';

const SELECTED: Readonly<Record<SelectSource, string>> = {
  static: 'selected_option',
  users: 'selected_user',
  channels: 'selected_channel',
  conversations: 'selected_conversation',
};

/** What an untouched element stands for; nothing for elements that hold no value. */
export function initialValue(element: InteractiveElement): Json | undefined {
  switch (element.kind) {
    case 'text_input':
      return textValue(element.type, element.initial);
    case 'select':
      return selectValue(element, element.initial);
    case 'external_select':
      return optionValue('external_select', element.initial);
    case 'choices':
      return choicesValue(element, element.initial);
    case 'picker':
      return pickerValue(element, element.initial);
    default:
      return undefined;
  }
}

/** An empty input is null, as in Slack. */
export function textValue(type: string, typed: string): Json {
  return { type, value: typed === '' ? null : typed };
}

export function optionValue(type: string, option: Option | undefined): Json {
  return { type, selected_option: option?.raw ?? null };
}

/** `chosen` is an option's value, or the ID of a person or channel. */
export function selectValue({ source, groups }: SelectElement, chosen: string): Json {
  const type = `${source}_select`;
  if (source !== 'static') return { type, [SELECTED[source]]: chosen === '' ? null : chosen };
  return optionValue(
    type,
    groups.flatMap((group) => group.options).find((option) => option.value === chosen),
  );
}

export function choicesValue({ type, options }: ChoicesElement, chosen: readonly string[]): Json {
  const selected = options.filter((option) => chosen.includes(option.value)).map((option) => option.raw);
  return type === 'radio_buttons'
    ? { type, selected_option: selected[0] ?? null }
    : { type, selected_options: selected };
}

/** `chosen` as in PickerElement.initial. */
export function pickerValue({ type }: PickerElement, chosen: string): Json {
  if (type === 'datetimepicker') return { type, selected_date_time: chosen === '' ? null : Number(chosen) };
  const member = type === 'datepicker' ? 'selected_date' : 'selected_time';
  return { type, [member]: chosen === '' ? null : chosen };
}

/** Whether a value says nothing, so that an input which is not optional has to ask again. */
export function isEmptyValue(value: Json): boolean {
  return Object.entries(value).every(
    ([name, member]) => name === 'type' || member === null || (Array.isArray(member) && member.length === 0),
  );
}
