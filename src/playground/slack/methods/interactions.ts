import { z } from 'zod';
import { suggestionsSchema } from '../block-kit/composition.ts';
import { describeProblems } from '../block-kit/problems.ts';
import { bodyOf, failureOf } from '../delivery/transport.ts';
import { chosenValue, stateOf, type Values } from '../elements.ts';
import { type Payload, payloadSchema } from '../entities.ts';
import { findElement, findSurface, interactionBase, type Surface, surfaceParts } from '../interactions.ts';
import { isRefusal, type Refusal, refuse, refuseWith } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';
import { json, method, type Reply } from './method.ts';

/** What a person entered in a view's inputs: block_id → action_id → value. */
export const stateArgument = json(
  z.object({ values: z.record(z.string(), z.record(z.string(), payloadSchema)) }).default({ values: {} }),
);

const surfaceArguments = {
  channel: z.string().optional(),
  message_ts: z.string().optional(),
  view_id: z.string().optional(),
};

const actionsSchema = json(z.array(z.looseObject({ block_id: z.string(), action_id: z.string() })).min(1));

/** A person clicks a button or changes a menu, on a message or in a view. */
export const actions = method(
  z.object({ ...surfaceArguments, actions: actionsSchema, state: stateArgument }),
  async ({ workspace, caller, args }): Promise<Reply> => {
    const found = findSurface(workspace, caller, args);
    if (isRefusal(found)) return found;
    const surface = entered(workspace, found, { ...args.state.values, ...valuesOf(args.actions) });
    const acted = args.actions.map((action) => performed(surface, action, workspace.store.nextTs()));
    const refused = acted.find(isRefusal);
    if (refused !== undefined) return refused;
    const view = surface.kind === 'view' ? surface.view.id : null;
    const payload = {
      type: 'block_actions',
      ...interactionBase(workspace, caller),
      ...surfaceParts(workspace, caller, surface),
      trigger_id: workspace.triggers.issue({ user: caller.userId, view }),
      actions: acted,
    };
    const failure = failureOf(await workspace.app.ask('interactive', payload));
    return failure === undefined ? { ok: true } : refuse(failure);
  },
);

/** A view remembers what was entered in it, so that the app finds it in `view.state`. */
function entered(workspace: Workspace, surface: Surface, given: Values): Surface {
  if (surface.kind !== 'view') return surface;
  const { view } = surface;
  const values = stateOf(view.blocks, given, view.values);
  return { kind: 'view', view: workspace.store.views.put(view.id, { ...view, values }) };
}

function valuesOf(actions: readonly Given[]): Values {
  return Object.fromEntries(
    actions.map((action) => [action.block_id, { [action.action_id]: action }] as const),
  );
}

/** The action as the app gets it: what the element says of itself wins over what the person's client says. */
function performed(surface: Surface, given: Given, at: string): Payload | Refusal {
  const element = findElement(surface, given.block_id, given.action_id);
  if (element === undefined) return refuse('action_not_found');
  const chosen = chosenValue(element, given);
  if (chosen === null) return refuseWith('invalid_arguments', ['the element has no such option']);
  const { type, action_id, text, style, placeholder } = element;
  const shown = Object.entries({ text, style, placeholder }).filter(([, value]) => value !== undefined);
  return {
    type,
    action_id,
    block_id: given.block_id,
    ...Object.fromEntries(shown),
    ...chosen,
    action_ts: at,
  };
}

interface Given {
  readonly block_id: string;
  readonly action_id: string;
  readonly [detail: string]: unknown;
}

/** A person types into an `external_select`; answers with the app's options. */
export const suggestions = method(
  z.object({
    ...surfaceArguments,
    block_id: z.string(),
    action_id: z.string(),
    value: z.string().default(''),
  }),
  async ({ workspace, caller, args }): Promise<Reply> => {
    const surface = findSurface(workspace, caller, args);
    if (isRefusal(surface)) return surface;
    const { block_id, action_id, value } = args;
    if (!findElement(surface, block_id, action_id)?.type.includes('external'))
      return refuse('action_not_found');
    const asked = { type: 'block_suggestion', block_id, action_id, value };
    const base = interactionBase(workspace, caller);
    const receipt = await workspace.app.ask('interactive', {
      ...base,
      ...surfaceParts(workspace, caller, surface),
      ...asked,
    });
    const failure = failureOf(receipt);
    if (failure !== undefined) return refuse(failure);
    const body = bodyOf(receipt);
    const parsed = suggestionsSchema.safeParse(body);
    if (!parsed.success) return refuseWith('invalid_arguments', describeProblems(parsed.error, body, ''));
    return { ok: true, ...parsed.data };
  },
);
