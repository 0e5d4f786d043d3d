/** @module Interactive elements of Block Kit, as the page draws them. */
import { type Json, list, number, record, records, text, texts } from '../json.ts';
import { safeHref } from '../text/links.ts';
import { parsePlain } from '../text/mrkdwn.ts';
import type { Inline } from '../text/tree.ts';
import { readTextObject } from './text-object.ts';

/** A choice; `raw` goes back to the app as it came. */
export interface Option {
  readonly text: string;
  readonly description: string;
  readonly value: string;
  readonly url: string | undefined;
  readonly raw: Json;
}

export interface OptionGroup {
  readonly label: string;
  readonly options: readonly Option[];
}

/** The question asked before an action is sent. */
export interface Confirm {
  readonly title: string;
  readonly text: readonly Inline[];
  readonly confirm: string;
  readonly deny: string;
  readonly danger: boolean;
}

interface ElementBase {
  readonly actionId: string;
  readonly confirm: Confirm | undefined;
}

export interface ButtonElement extends ElementBase {
  readonly kind: 'button';
  readonly text: readonly Inline[];
  readonly label: string;
  readonly value: string;
  readonly url: string | undefined;
  readonly style: 'default' | 'primary' | 'danger';
}

/** What a select chooses from: its own options, or the workspace's people or channels. */
export type SelectSource = 'static' | 'users' | 'channels' | 'conversations';

export interface SelectElement extends ElementBase {
  readonly kind: 'select';
  readonly source: SelectSource;
  readonly placeholder: string;
  readonly groups: readonly OptionGroup[];
  readonly initial: string;
}

export interface ExternalSelectElement extends ElementBase {
  readonly kind: 'external_select';
  readonly placeholder: string;
  readonly minQueryLength: number;
  readonly initial: Option | undefined;
}

export interface OverflowElement extends ElementBase {
  readonly kind: 'overflow';
  readonly options: readonly Option[];
}

/** Checkboxes, radio buttons and multi selects: a visible list of choices. */
export interface ChoicesElement extends ElementBase {
  readonly kind: 'choices';
  readonly type: 'checkboxes' | 'radio_buttons' | 'multi_static_select';
  readonly options: readonly Option[];
  readonly initial: readonly string[];
}

export interface PickerElement extends ElementBase {
  readonly kind: 'picker';
  readonly type: 'datepicker' | 'timepicker' | 'datetimepicker';
  /** YYYY-MM-DD, HH:MM, or seconds as digits. */
  readonly initial: string;
}

export interface TextInputElement extends ElementBase {
  readonly kind: 'text_input';
  readonly type: 'plain_text_input' | 'email_text_input' | 'url_text_input' | 'number_input';
  readonly multiline: boolean;
  readonly placeholder: string;
  readonly initial: string;
  readonly maxLength: number | undefined;
}

export interface ImageElement {
  readonly kind: 'image';
  readonly url: string;
  readonly alt: string;
}

/** Something that this page cannot draw, named so that its author notices. */
export interface UnknownElement {
  readonly kind: 'unknown';
  readonly type: string;
}

export type InteractiveElement =
  | ButtonElement
  | SelectElement
  | ExternalSelectElement
  | OverflowElement
  | ChoicesElement
  | PickerElement
  | TextInputElement;

export type Element = InteractiveElement | ImageElement | UnknownElement;

/** Any element object of Block Kit. */
export function readElement(element: Json): Element {
  const base: ElementBase = { actionId: text(element.action_id), confirm: readConfirm(element.confirm) };
  const type = text(element.type);
  switch (type) {
    case 'button':
    case 'workflow_button':
      return readButton(element, base);
    case 'static_select':
      return { ...base, ...readSelect(element, 'static') };
    case 'users_select':
      return { ...base, ...readSelect(element, 'users', text(element.initial_user)) };
    case 'channels_select':
      return { ...base, ...readSelect(element, 'channels', text(element.initial_channel)) };
    case 'conversations_select':
      return { ...base, ...readSelect(element, 'conversations', text(element.initial_conversation)) };
    case 'external_select':
      return { ...base, ...readExternalSelect(element) };
    case 'overflow':
      return { ...base, kind: 'overflow', options: readOptions(element.options) };
    case 'checkboxes':
    case 'radio_buttons':
    case 'multi_static_select':
      return { ...base, ...readChoices(element, type) };
    case 'datepicker':
    case 'timepicker':
    case 'datetimepicker':
      return { ...base, kind: 'picker', type, initial: readInitialMoment(element) };
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return { ...base, ...readTextInput(element, type) };
    case 'image':
      return { kind: 'image', url: imageAddress(element), alt: text(element.alt_text) };
    default:
      return { kind: 'unknown', type };
  }
}

/** Option objects, of a select or as an app suggests them. */
export function readOptions(options: unknown): readonly Option[] {
  return records(options).map((raw) => ({
    text: readTextObject(raw.text),
    description: readTextObject(raw.description),
    value: text(raw.value),
    url: safeHref(text(raw.url)),
    raw,
  }));
}

/** `options` or `option_groups`, whichever is there; options without a group have an empty label. */
export function readOptionGroups(holder: Json): readonly OptionGroup[] {
  const groups = records(holder.option_groups).map((group) => ({
    label: readTextObject(group.label),
    options: readOptions(group.options),
  }));
  const options = readOptions(holder.options);
  return options.length === 0 ? groups : [{ label: '', options }, ...groups];
}

/** Where the picture of an image block or element is. */
export function imageAddress(element: Json): string {
  return text(element.image_url) || text(record(element.slack_file).url);
}

function readButton(element: Json, base: ElementBase): ButtonElement {
  const label = record(element.text);
  return {
    ...base,
    kind: 'button',
    text: parsePlain(text(label.text), label.emoji !== false),
    label: text(element.accessibility_label),
    value: text(element.value),
    url: safeHref(text(element.url)),
    style: element.style === 'primary' || element.style === 'danger' ? element.style : 'default',
  };
}

function readConfirm(confirm: unknown): Confirm | undefined {
  const object = record(confirm);
  if (list(Object.keys(object)).length === 0) return undefined;
  return {
    title: readTextObject(object.title) || 'Are you sure?',
    text: parsePlain(text(record(object.text).text)),
    confirm: readTextObject(object.confirm) || 'Yes',
    deny: readTextObject(object.deny) || 'Cancel',
    danger: object.style === 'danger',
  };
}

type Own<T extends ElementBase> = Omit<T, keyof ElementBase>;

function readSelect(element: Json, source: SelectSource, initial?: string): Own<SelectElement> {
  return {
    kind: 'select',
    source,
    placeholder: readTextObject(element.placeholder),
    groups: readOptionGroups(element),
    initial: initial ?? text(record(element.initial_option).value),
  };
}

function readExternalSelect(element: Json): Own<ExternalSelectElement> {
  const least = element.min_query_length;
  return {
    kind: 'external_select',
    placeholder: readTextObject(element.placeholder),
    minQueryLength: typeof least === 'number' ? least : 3,
    initial: readOptions([element.initial_option])[0],
  };
}

function readChoices(element: Json, type: ChoicesElement['type']): Own<ChoicesElement> {
  const initial = [element.initial_option, ...list(element.initial_options)];
  return {
    kind: 'choices',
    type,
    options: readOptionGroups(element).flatMap((group) => group.options),
    initial: texts(initial.map((option) => record(option).value)),
  };
}

function readInitialMoment(element: Json): string {
  const seconds = number(element.initial_date_time);
  return text(element.initial_date) || text(element.initial_time) || (seconds > 0 ? String(seconds) : '');
}

function readTextInput(element: Json, type: TextInputElement['type']): Own<TextInputElement> {
  const longest = element.max_length;
  return {
    kind: 'text_input',
    type,
    multiline: element.multiline === true,
    placeholder: readTextObject(element.placeholder),
    initial: text(element.initial_value),
    maxLength: typeof longest === 'number' ? longest : undefined,
  };
}
