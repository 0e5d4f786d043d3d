import type { InputBlock, ModalView, PlainTextElement, PlainTextOption } from '@slack/web-api';
import { z } from 'zod';
import { written } from '../../domain/written.ts';
import type { Words } from '../words/words.ts';
import { plainText } from './blocks.ts';

/** The callback ID of the form of `/deploy`. */
export const FORM_CALLBACK = 'slipway-form';
/** Begins the action ID of everything in the form. */
export const FORM_ACTION_PREFIX = 'slipway-form:';
/** The action ID under which Slack asks for versions while somebody types one. */
export const VERSION_ACTION = `${FORM_ACTION_PREFIX}version`;

const OPTIONS_LIMIT = 100;
const LONGEST_VERSION = 150;

/** Services with the environments that each is in: what can be chosen. */
export type FormServices = readonly {
  readonly name: string;
  readonly environments: readonly string[];
}[];

/**
 * What the form keeps: where its answers belong, and what is chosen in it, which Slack does not tell when
 * it asks for versions.
 */
export const formMetadata = z.object({
  channelId: written,
  threadTs: written.optional(),
  responseUrl: written.optional(),
  service: written.nullable(),
  environment: written.nullable(),
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
  readonly metadata: FormMetadata;
}): ModalView {
  const { words, services, metadata } = request;
  const chosen = services.filter(({ name }) => name === metadata.service);
  const offering = chosen.length > 0 ? chosen : services;
  const environments = [...new Set(offering.flatMap((service) => service.environments))];
  const names = services.map(({ name }) => name);
  return {
    type: 'modal',
    callback_id: FORM_CALLBACK,
    title: plainText(words.form.title, 24),
    submit: plainText(words.form.submit, 24),
    close: plainText(words.form.cancel, 24),
    private_metadata: JSON.stringify(metadata),
    blocks: [
      menu('service', { label: words.form.service, names, chosen: metadata.service }),
      menu('environment', {
        label: words.form.environment,
        names: environments,
        chosen: metadata.environment,
      }),
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

/** What is chosen is told at once, so that the rest of the form can follow it. */
function menu(
  block: string,
  request: { readonly label: string; readonly names: readonly string[]; readonly chosen: string | null },
): InputBlock {
  const { label, names, chosen } = request;
  const initial = chosen !== null && names.includes(chosen) ? { initial_option: option(chosen) } : {};
  return {
    type: 'input',
    block_id: block,
    dispatch_action: true,
    label: plainText(label, 2_000),
    element: {
      type: 'static_select',
      action_id: `${FORM_ACTION_PREFIX}${block}`,
      ...initial,
      ...choices(names),
    },
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
      action_id: `${FORM_ACTION_PREFIX}reason`,
      max_length: 300,
      placeholder: plainText(words.form.reasonPlaceholder, 150),
    },
  };
}

function option(name: string): PlainTextOption {
  return { text: plainText(name, 75), value: name };
}
