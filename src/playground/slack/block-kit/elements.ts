import { z } from 'zod';
import {
  actionId,
  confirm,
  conversationFilter,
  dispatchConfig,
  focusOnLoad,
  formattedOptions,
  initialFormattedOption,
  initialFormattedOptions,
  initialMenuOption,
  initialMenuOptions,
  maxSelected,
  menuOptions,
  optionGroups,
  overflowOptions,
  placeholder,
  plainText,
  style,
  webUrl,
} from './composition.ts';

/** Block elements (https://docs.slack.dev/reference/block-kit/block-elements). */

const common = { action_id: actionId, focus_on_load: focusOnLoad };
const menu = { ...common, placeholder, confirm };
const ids = z.array(z.string()).min(1).optional();

export const button = z.strictObject({
  type: z.literal('button'),
  action_id: actionId,
  text: plainText(75),
  value: z.string().max(2000).optional(),
  url: webUrl.optional(),
  style,
  confirm,
  accessibility_label: z.string().max(75).optional(),
});

export const image = z
  .strictObject({
    type: z.literal('image'),
    alt_text: z.string().min(1).max(2000),
    image_url: webUrl.optional(),
    slack_file: z.strictObject({ id: z.string().optional(), url: z.string().optional() }).optional(),
  })
  .refine(hasOneSource, 'must provide exactly one of image_url and slack_file');

export function hasOneSource(picture: { image_url?: unknown; slack_file?: unknown }): boolean {
  return (picture.image_url === undefined) !== (picture.slack_file === undefined);
}

const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: actionId,
  options: overflowOptions,
  confirm,
});

const checkboxes = z
  .strictObject({
    type: z.literal('checkboxes'),
    ...common,
    confirm,
    options: formattedOptions,
    initial_options: initialFormattedOptions,
  })
  .refine(
    ({ options, initial_options }) => offers(options, initial_options ?? []),
    'initial_options must match options',
  );

const radioButtons = z
  .strictObject({
    type: z.literal('radio_buttons'),
    ...common,
    confirm,
    options: formattedOptions,
    initial_option: initialFormattedOption,
  })
  .refine(
    ({ options, initial_option }) => offers(options, initial_option ? [initial_option] : []),
    'initial_option must match one of options',
  );

const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...menu,
    options: menuOptions.optional(),
    option_groups: optionGroups.optional(),
    initial_option: initialMenuOption,
  })
  .refine(hasOneOptionList, 'must provide exactly one of options and option_groups')
  .refine(
    (select) => offers(allOptions(select), select.initial_option ? [select.initial_option] : []),
    'initial_option must match one of options',
  );

const multiStaticSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...menu,
    options: menuOptions.optional(),
    option_groups: optionGroups.optional(),
    initial_options: initialMenuOptions,
    max_selected_items: maxSelected,
  })
  .refine(hasOneOptionList, 'must provide exactly one of options and option_groups')
  .refine(
    (select) => offers(allOptions(select), select.initial_options ?? []),
    'initial_options must match options',
  );

const externalSelect = z.strictObject({
  type: z.literal('external_select'),
  ...menu,
  initial_option: initialMenuOption,
  min_query_length: z.int().min(0).optional(),
});

const multiExternalSelect = z.strictObject({
  type: z.literal('multi_external_select'),
  ...menu,
  initial_options: initialMenuOptions,
  min_query_length: z.int().min(0).optional(),
  max_selected_items: maxSelected,
});

const usersSelect = z.strictObject({
  type: z.literal('users_select'),
  ...menu,
  initial_user: z.string().optional(),
});

const multiUsersSelect = z.strictObject({
  type: z.literal('multi_users_select'),
  ...menu,
  initial_users: ids,
  max_selected_items: maxSelected,
});

const channelsSelect = z.strictObject({
  type: z.literal('channels_select'),
  ...menu,
  initial_channel: z.string().optional(),
  response_url_enabled: z.boolean().optional(),
});

const multiChannelsSelect = z.strictObject({
  type: z.literal('multi_channels_select'),
  ...menu,
  initial_channels: ids,
  max_selected_items: maxSelected,
});

const conversationsSelect = z.strictObject({
  type: z.literal('conversations_select'),
  ...menu,
  initial_conversation: z.string().optional(),
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: conversationFilter,
});

const multiConversationsSelect = z.strictObject({
  type: z.literal('multi_conversations_select'),
  ...menu,
  initial_conversations: ids,
  default_to_current_conversation: z.boolean().optional(),
  max_selected_items: maxSelected,
  filter: conversationFilter,
});

const datepicker = z.strictObject({
  type: z.literal('datepicker'),
  ...menu,
  initial_date: z.iso.date().optional(),
});

const timepicker = z.strictObject({
  type: z.literal('timepicker'),
  ...menu,
  initial_time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
    .optional(),
  timezone: z.string().optional(),
});

const datetimepicker = z.strictObject({
  type: z.literal('datetimepicker'),
  ...common,
  confirm,
  initial_date_time: z.int().min(1_000_000_000).max(9_999_999_999).optional(),
});

const typed = { ...common, placeholder, dispatch_action_config: dispatchConfig };

const plainTextInput = z.strictObject({
  type: z.literal('plain_text_input'),
  ...typed,
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
});

const emailInput = z.strictObject({
  type: z.literal('email_text_input'),
  ...typed,
  initial_value: z.string().optional(),
});

const urlInput = z.strictObject({
  type: z.literal('url_text_input'),
  ...typed,
  initial_value: z.string().optional(),
});

const numberInput = z.strictObject({
  type: z.literal('number_input'),
  ...typed,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
});

const choosers = [
  checkboxes,
  datepicker,
  timepicker,
  radioButtons,
  staticSelect,
  multiStaticSelect,
  externalSelect,
  multiExternalSelect,
  usersSelect,
  multiUsersSelect,
  channelsSelect,
  multiChannelsSelect,
  conversationsSelect,
  multiConversationsSelect,
] as const;

export const actionsElement = z.discriminatedUnion('type', [...choosers, button, overflow, datetimepicker]);

export const accessory = z.discriminatedUnion('type', [...choosers, button, overflow, image]);

export const inputElement = z.discriminatedUnion('type', [
  ...choosers,
  datetimepicker,
  plainTextInput,
  emailInput,
  urlInput,
  numberInput,
]);

interface Valued {
  readonly value: string;
}

interface OptionLists {
  readonly options?: readonly Valued[] | undefined;
  readonly option_groups?: readonly { readonly options: readonly Valued[] }[] | undefined;
}

function hasOneOptionList(select: OptionLists): boolean {
  return (select.options === undefined) !== (select.option_groups === undefined);
}

function allOptions(select: OptionLists): readonly Valued[] {
  return select.options ?? select.option_groups?.flatMap((group) => group.options) ?? [];
}

function offers(options: readonly Valued[], chosen: readonly Valued[]): boolean {
  const known = options.map((option) => JSON.stringify(option));
  return chosen.every((option) => known.includes(JSON.stringify(option)));
}
