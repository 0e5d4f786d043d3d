import { z } from 'zod';
import { parseView } from '../block-kit/parse.ts';
import { type Payload, payloadSchema, type StoredView } from '../entities.ts';
import { findElement, findSurface, interactionBase, isFilled } from '../interactions.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { closeView, showView, stack, updateView, viewJson } from '../views.ts';
import type { Workspace } from '../workspace.ts';
import { type Call, json, method, type Reply } from './method.ts';
import { bodyOf, failureOf } from './people.ts';

const valuesSchema = z.record(z.string(), z.record(z.string(), payloadSchema));
const stateSchema = json(z.object({ values: valuesSchema }).default({ values: {} }));

const reactionSchema = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('clear') }),
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
]);
type Reaction = z.output<typeof reactionSchema>;

/** A person submits a modal. Empty required inputs are shown to them as Slack's client does. */
export const submit = method(
  z.object({ view_id: z.string(), state: stateSchema }),
  async (call): Promise<Reply> => {
    const { workspace, caller, args } = call;
    const surface = findSurface(workspace, caller, args);
    if (isRefusal(surface)) return surface;
    if (surface.kind !== 'view' || surface.view.type !== 'modal') return refuse('view_not_found');
    const values = typedValues(surface.view, args.state.values);
    const errors = emptyInputs(surface.view, values);
    if (Object.keys(errors).length > 0) return { ok: true, response_action: 'errors', errors };
    const view = workspace.store.views.put(surface.view.id, { ...surface.view, values });
    const receipt = await workspace.app.ask('interactive', submission(call, view));
    const failure = failureOf(receipt);
    if (failure !== undefined) return refuse(failure);
    return react(workspace, view, bodyOf(receipt));
  },
);

/** A person closes a modal, or with `clear` all that are open below it too. */
export const close = method(z.object({ view_id: z.string() }), async (call): Promise<Reply> => {
  const { workspace, caller, args } = call;
  const surface = findSurface(workspace, caller, args);
  if (isRefusal(surface)) return surface;
  if (surface.kind !== 'view') return refuse('view_not_found');
  const { view } = surface;
  const isCleared = view.clear_on_close;
  const closing = isCleared ? stack(workspace, view) : [view];
  closeView(workspace, view, isCleared);
  for (const closed of closing.filter(({ notify_on_close }) => notify_on_close)) {
    const base = { type: 'view_closed', ...interactionBase(workspace, caller) };
    const payload = { ...base, view: viewJson(workspace, closed), is_cleared: isCleared };
    void workspace.app.ask('interactive', payload);
  }
  return { ok: true };
});

function submission({ workspace, caller }: Call<unknown>, view: StoredView): Payload {
  return {
    type: 'view_submission',
    ...interactionBase(workspace, caller),
    trigger_id: workspace.triggers.issue({ user: caller.userId, view: view.id }),
    view: viewJson(workspace, view),
    response_urls: [],
  };
}

/** Does what the app answered to a submission; without an answer the modal closes. */
function react(workspace: Workspace, view: StoredView, body: unknown): Reply {
  const parsed = reactionSchema.safeParse(body);
  if (!parsed.success) {
    closeView(workspace, view, false);
    return { ok: true };
  }
  const reaction = parsed.data;
  if (reaction.response_action === 'errors') return showErrors(view, reaction.errors);
  if (reaction.response_action === 'clear') {
    closeView(workspace, view, true);
    return { ok: true, response_action: 'clear' };
  }
  return replace(workspace, view, reaction);
}

function showErrors(view: StoredView, errors: Readonly<Record<string, string>>): Reply {
  const inputs = view.blocks.filter(({ type }) => type === 'input').map(({ block_id }) => block_id);
  const known = Object.keys(errors).every((blockId) => inputs.includes(blockId));
  return known ? { ok: true, response_action: 'errors', errors } : refuse('dispatch_failed');
}

function replace(
  workspace: Workspace,
  view: StoredView,
  reaction: Extract<Reaction, { view: unknown }>,
): Reply {
  const description = parseView(reaction.view);
  if (isRefusal(description)) return description;
  const result =
    reaction.response_action === 'update'
      ? updateView(workspace, view, description)
      : showView(workspace, { user: view.user, description, below: view });
  if (isRefusal(result)) return result;
  return { ok: true, response_action: reaction.response_action, view: viewJson(workspace, result) };
}

type Values = Readonly<Record<string, Readonly<Record<string, Payload>>>>;

/** The values of inputs that the view has, each with its element's type. */
function typedValues(view: StoredView, given: Values): StoredView['values'] {
  const entries = Object.entries(given).map(([blockId, block]) => {
    const known = Object.entries(block).flatMap(([actionId, value]) => {
      const element = findElement({ kind: 'view', view }, blockId, actionId);
      return element === undefined ? [] : [[actionId, { ...value, type: element.type }] as const];
    });
    return [blockId, Object.fromEntries(known)] as const;
  });
  return Object.fromEntries(entries);
}

const inputSchema = z.object({
  block_id: z.string(),
  optional: z.boolean().default(false),
  element: z.looseObject({ type: z.string(), action_id: z.string() }),
});

function emptyInputs(view: StoredView, values: Values): Readonly<Record<string, string>> {
  const required = view.blocks
    .flatMap((block) => (block.type === 'input' ? [inputSchema.parse(block)] : []))
    .filter(({ optional }) => !optional);
  const empty = required.filter(
    ({ block_id, element }) => !isFilled(element, values[block_id]?.[element.action_id]),
  );
  return Object.fromEntries(empty.map(({ block_id }) => [block_id, 'Please complete this required field.']));
}
