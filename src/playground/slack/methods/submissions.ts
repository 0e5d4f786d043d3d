import { z } from 'zod';
import { parseView } from '../block-kit/parse.ts';
import { bodyOf, failureOf } from '../delivery/transport.ts';
import { emptyInputs, stateOf } from '../elements.ts';
import type { Payload, StoredView } from '../entities.ts';
import { findSurface, interactionBase } from '../interactions.ts';
import { isRefusal, refuse } from '../refusal.ts';
import { closeView, showView, stack, updateView, viewJson } from '../views.ts';
import type { Workspace } from '../workspace.ts';
import { stateArgument } from './interactions.ts';
import { type Call, method, type Reply } from './method.ts';

const reactionSchema = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('clear') }),
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: z.unknown() }),
  z.object({ response_action: z.literal('push'), view: z.unknown() }),
]);
type Reaction = z.output<typeof reactionSchema>;

/** A person submits a modal. Empty required inputs are shown to them as Slack's client does. */
export const submit = method(
  z.object({ view_id: z.string(), state: stateArgument }),
  async (call): Promise<Reply> => {
    const { workspace, caller, args } = call;
    const surface = findSurface(workspace, caller, args);
    if (isRefusal(surface)) return surface;
    if (surface.kind !== 'view' || surface.view.type !== 'modal') return refuse('view_not_found');
    const { blocks } = surface.view;
    const values = stateOf(blocks, args.state.values, surface.view.values);
    const empty = emptyInputs(blocks, values);
    if (empty.length > 0) return requireInputs(empty);
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

function requireInputs(blockIds: readonly string[]): Reply {
  const errors = Object.fromEntries(blockIds.map((id) => [id, 'Please complete this required field.']));
  return { ok: true, response_action: 'errors', errors };
}

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
