import type { InputBlock, ModalView, PlainTextElement, PlainTextOption } from '@slack/web-api';
import { z } from 'zod';
import type { Words } from '../words/words.ts';
import { written } from '../written.ts';
import { ACTION_PREFIX, plainText } from './blocks.ts';

/** The callback ID of the form of `/deploy`. */
export const FORM_CALLBACK = `${ACTION_PREFIX}deploy-form`;
/** The action ID under which Slack asks for versions while somebody types one. */
export const VERSION_ACTION = `${ACTION_PREFIX}version`;

const OPTIONS_LIMIT = 100;
const LONGEST_VERSION = 150;

/** Services with the environments that each is in: what can be chosen. */
export type FormServices = readonly {
  readonly name: string;
  readonly environments: readonly string[];
}[];

/** What the form keeps for its submission: where its answers belong. */
export const formMetadata = z.object({
  channelId: z.string(),
  threadTs: z.string().optional(),
  responseUrl: z.string().optional(),
});
export type FormMetadata = z.output<typeof formMetadata>;

/** What somebody filled in. */
export interface FormValues {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly reason: string | null;
}

/** `view.state.values` as Slack sends it: by block, then by action. */
export const formState = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      value: written.nullish(),
      selected_option: z.object({ value: written }).nullish(),
    }),
  ),
);
export type FormState = z.output<typeof formState>;

/** The form of `/deploy`: service, environment, version (suggested while typing) and reason. */
export function renderForm(request: {
  readonly words: Words;
  readonly services: FormServices;
  readonly initial: { readonly service: string | null; readonly environment: string | null };
  readonly metadata: FormMetadata;
}): ModalView {
  const { words, services, initial, metadata } = request;
  const environments = [...new Set(services.flatMap((service) => service.environments))];
  return {
    type: 'modal',
    callback_id: FORM_CALLBACK,
    title: plainText(words.form.title, 24),
    submit: plainText(words.form.submit, 24),
    close: plainText(words.form.cancel, 24),
    private_metadata: JSON.stringify(metadata),
    blocks: [
      menu(
        'service',
        words.form.service,
        services.map(({ name }) => name),
        initial.service,
      ),
      menu('environment', words.form.environment, environments, initial.environment),
      versionInput(words),
      reasonInput(words),
    ],
  };
}

/** The values of a submitted form, or what is wrong by block, as Slack shows it in the form. */
export function readForm(
  state: FormState,
  services: FormServices,
  words: Words,
):
  | { readonly ok: true; readonly values: FormValues }
  | { readonly ok: false; readonly errors: { [blockId: string]: string } } {
  const { service, environment, version, reason } = readFields(state);
  const errors: { [blockId: string]: string } = {};
  if (service === null) errors.service = words.form.required(words.form.service);
  if (environment === null) errors.environment = words.form.required(words.form.environment);
  if (version === null) errors.version = words.form.required(words.form.version);
  if (service === null || environment === null || version === null) return { ok: false, errors };
  if (!services.find(({ name }) => name === service)?.environments.includes(environment)) {
    return { ok: false, errors: { environment: words.form.noSuchTarget(service, environment) } };
  }
  return { ok: true, values: { service, environment, version, reason } };
}

/** What has been filled in so far; null where nothing is. */
export function readFields(state: FormState): {
  readonly [Field in 'service' | 'environment' | 'version' | 'reason']: string | null;
} {
  return {
    service: field(state, 'service'),
    environment: field(state, 'environment'),
    version: field(state, 'version'),
    reason: field(state, 'reason'),
  };
}

/**
 * What to offer for a version: the known ones that contain what was typed, newest first, and what was
 * typed itself, so that any version can be named.
 */
export function versionOptions(typed: string, known: readonly string[]): PlainTextOption[] {
  const wanted = typed.trim();
  const matching = known.filter((version) => version.includes(wanted));
  const all = wanted === '' || matching.includes(wanted) ? matching : [wanted, ...matching];
  return all
    .filter((version) => version.length <= LONGEST_VERSION)
    .slice(0, OPTIONS_LIMIT)
    .map(option);
}

function field(state: FormState, block: string): string | null {
  const [input] = Object.values(state[block] ?? {});
  const text = (input?.selected_option?.value ?? input?.value ?? '').trim();
  return text === '' ? null : text;
}

function menu(block: string, label: string, names: readonly string[], initial: string | null): InputBlock {
  const chosen = initial !== null && names.includes(initial) ? { initial_option: option(initial) } : {};
  return {
    type: 'input',
    block_id: block,
    label: plainText(label, 2_000),
    element: { type: 'static_select', action_id: block, ...chosen, ...choices(names) },
  };
}

interface OptionGroup {
  readonly label: PlainTextElement;
  readonly options: PlainTextOption[];
}

/** Slack takes 100 options in a list, and 100 lists of them. */
function choices(
  names: readonly string[],
): { options: PlainTextOption[] } | { option_groups: OptionGroup[] } {
  if (names.length <= OPTIONS_LIMIT) return { options: names.map(option) };
  const groups: OptionGroup[] = [];
  for (let start = 0; start < names.length; start += OPTIONS_LIMIT) {
    const group = names.slice(start, start + OPTIONS_LIMIT);
    groups.push({
      label: plainText(`${group[0] ?? ''} – ${group.at(-1) ?? ''}`, 75),
      options: group.map(option),
    });
  }
  return { option_groups: groups };
}

function versionInput(words: Words): InputBlock {
  return {
    type: 'input',
    block_id: 'version',
    label: plainText(words.form.version, 2_000),
    hint: plainText(words.form.versionHint, 2_000),
    element: {
      type: 'external_select',
      action_id: VERSION_ACTION,
      min_query_length: 0,
      placeholder: plainText(words.form.versionPlaceholder, 150),
    },
  };
}

function reasonInput(words: Words): InputBlock {
  return {
    type: 'input',
    block_id: 'reason',
    optional: true,
    label: plainText(words.form.reason, 2_000),
    element: {
      type: 'plain_text_input',
      action_id: 'reason',
      max_length: 300,
      placeholder: plainText(words.form.reasonPlaceholder, 150),
    },
  };
}

function option(name: string): PlainTextOption {
  return { text: plainText(name, 75), value: name };
}
