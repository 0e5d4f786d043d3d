import { z } from 'zod';

/** Composition objects (https://docs.slack.dev/reference/block-kit/composition-objects). */

export const blockId = z.string().max(255).optional();
export const actionId = z.string().min(1).max(255).optional();
export const webUrl = z
  .string()
  .min(1)
  .max(3000)
  .refine((url) => /^https?:\/\/\S+$/.test(url), 'must be a valid URL');

export function plainText(max: number) {
  return z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
}

export function mrkdwn(max: number) {
  return z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });
}

export function anyText(max: number) {
  return z.discriminatedUnion('type', [plainText(max), mrkdwn(max)]);
}

export const style = z.enum(['primary', 'danger']).optional();

export const confirm = z
  .strictObject({
    title: plainText(100),
    text: anyText(300),
    confirm: plainText(30),
    deny: plainText(30),
    style,
  })
  .optional();

/** An option of a menu; its value is what the app gets. */
const menuOption = z.strictObject({
  text: plainText(75),
  value: z.string().min(1).max(150),
  description: plainText(75).optional(),
});

/** An option of checkboxes or radio buttons, which may be formatted. */
const formattedOption = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: anyText(75).optional(),
});

const linkOption = z.strictObject({ ...menuOption.shape, url: webUrl.optional() });

export const menuOptions = z.array(menuOption).min(1).max(100);
export const formattedOptions = z.array(formattedOption).min(1).max(10);
export const overflowOptions = z.array(linkOption).min(1).max(5);
export const initialMenuOption = menuOption.optional();
export const initialMenuOptions = z.array(menuOption).min(1).max(100).optional();
export const initialFormattedOption = formattedOption.optional();
export const initialFormattedOptions = z.array(formattedOption).min(1).max(10).optional();

const optionGroup = z.strictObject({ label: plainText(75), options: menuOptions });
export const optionGroups = z.array(optionGroup).min(1).max(100);

/** What an app answers to a `block_suggestion`. */
export const suggestionsSchema = z.union([
  z.object({ options: z.array(menuOption).max(100) }),
  z.object({ option_groups: z.array(optionGroup).max(100) }),
]);

export const placeholder = plainText(150).optional();
export const focusOnLoad = z.boolean().optional();
export const maxSelected = z.int().min(1).optional();

export const dispatchConfig = z
  .strictObject({
    trigger_actions_on: z
      .array(z.enum(['on_enter_pressed', 'on_character_entered']))
      .min(1)
      .max(2),
  })
  .optional();

export const conversationFilter = z
  .strictObject({
    include: z
      .array(z.enum(['im', 'mpim', 'private', 'public']))
      .min(1)
      .optional(),
    exclude_external_shared_channels: z.boolean().optional(),
    exclude_bot_users: z.boolean().optional(),
  })
  .optional();
