import { z } from 'zod';
import type { Payload, StoredView } from './entities.ts';

/** An interactive element of a message or a view. */
export const elementSchema = z.looseObject({ type: z.string(), action_id: z.string() });
export type Element = z.infer<typeof elementSchema>;

/** Where an element's value stands in interactions, and in the element itself as it is first shown. */
interface ValueField {
  readonly current: string;
  readonly initial: string;
}

const TYPED: ValueField = { current: 'value', initial: 'initial_value' };
const OPTION: ValueField = { current: 'selected_option', initial: 'initial_option' };
const OPTIONS: ValueField = { current: 'selected_options', initial: 'initial_options' };

const FIELDS: Readonly<Record<string, ValueField>> = {
  static_select: OPTION,
  external_select: OPTION,
  radio_buttons: OPTION,
  overflow: OPTION,
  checkboxes: OPTIONS,
  multi_static_select: OPTIONS,
  multi_external_select: OPTIONS,
  users_select: { current: 'selected_user', initial: 'initial_user' },
  multi_users_select: { current: 'selected_users', initial: 'initial_users' },
  channels_select: { current: 'selected_channel', initial: 'initial_channel' },
  multi_channels_select: { current: 'selected_channels', initial: 'initial_channels' },
  conversations_select: { current: 'selected_conversation', initial: 'initial_conversation' },
  multi_conversations_select: { current: 'selected_conversations', initial: 'initial_conversations' },
  datepicker: { current: 'selected_date', initial: 'initial_date' },
  timepicker: { current: 'selected_time', initial: 'initial_time' },
  datetimepicker: { current: 'selected_date_time', initial: 'initial_date_time' },
};

/**
 * What a person chose, as far as Slack's client lets them: a listed option, or for a button the button's own
 * value. Null when the element offers no such thing.
 */
export function chosenValue(element: Element, given: Payload): Payload | null {
  if (element.type === 'button') return element.value === undefined ? {} : { value: element.value };
  const { current } = fieldOf(element);
  const chosen = given[current] ?? null;
  const options = Array.isArray(chosen) ? chosen : [chosen];
  return options.every((option) => isListed(element, option)) ? { [current]: chosen } : null;
}

/** block_id → action_id → value. */
export type Values = Readonly<Record<string, Readonly<Record<string, Payload>>>>;

/**
 * The state of a view: what was entered now, else before, and for untouched inputs what they first showed.
 * Each value carries its element's type, as in Slack's payloads; what the view does not have is left out.
 */
export function stateOf(blocks: readonly Payload[], now: Values, before: Values): StoredView['values'] {
  const entries = blocks.flatMap((block) => {
    const blockId = String(block.block_id);
    const values = elementsOf(block).flatMap((element) => {
      const { action_id, type } = element;
      const value = now[blockId]?.[action_id] ?? before[blockId]?.[action_id];
      if (type === 'button' || type === 'overflow') return [];
      if (value === undefined && block.type !== 'input') return [];
      return [[action_id, enteredValue(element, value)] as const];
    });
    return values.length === 0 ? [] : [[blockId, Object.fromEntries(values)] as const];
  });
  return Object.fromEntries(entries);
}

const inputSchema = z.object({
  block_id: z.string(),
  optional: z.boolean().default(false),
  element: elementSchema,
});

/** The required inputs that a person left empty: `block_id`s. */
export function emptyInputs(blocks: readonly Payload[], values: Values): readonly string[] {
  return blocks
    .flatMap((block) => (block.type === 'input' ? [inputSchema.parse(block)] : []))
    .filter(({ optional }) => !optional)
    .filter(({ block_id, element }) => !isFilled(element, values[block_id]?.[element.action_id]))
    .map(({ block_id }) => block_id);
}

/** The interactive elements of a block. */
export function elementsOf(block: Payload): readonly Element[] {
  const several = Array.isArray(block.elements) ? block.elements : [];
  return [block.accessory, block.element, ...several].flatMap(
    (candidate) => elementSchema.safeParse(candidate).data ?? [],
  );
}

function fieldOf(element: Element): ValueField {
  return FIELDS[element.type] ?? TYPED;
}

function enteredValue(element: Element, given: Payload | undefined): Payload {
  const { current, initial } = fieldOf(element);
  const value = given === undefined ? element[initial] : given[current];
  return { type: element.type, [current]: value ?? null };
}

function isFilled(element: Element, value: Payload | undefined): boolean {
  const entered = value?.[fieldOf(element).current] ?? '';
  return Array.isArray(entered) ? entered.length > 0 : entered !== '';
}

const optionSchema = z.object({ value: z.string() });
const listsSchema = z.object({
  options: z.array(optionSchema).optional(),
  option_groups: z.array(z.object({ options: z.array(optionSchema) })).optional(),
});

function isListed(element: Element, option: unknown): boolean {
  const lists = listsSchema.safeParse(element).data;
  const listed = lists?.options ?? lists?.option_groups?.flatMap(({ options }) => options);
  if (option === null || listed === undefined) return true;
  const value = optionSchema.safeParse(option).data?.value;
  return listed.some((offered) => offered.value === value);
}
