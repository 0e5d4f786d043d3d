import { z } from 'zod';
import { parseView, type ViewDescription } from '../block-kit/parse.ts';
import type { StoredView } from '../entities.ts';
import { isRefusal, type Refusal, refuse, refuseWith } from '../refusal.ts';
import { showView, updateView, viewJson } from '../views.ts';
import type { Workspace } from '../workspace.ts';
import { json, method, type Reply } from './method.ts';

const view = json(z.unknown());

export const open = method(z.object({ trigger_id: z.string(), view }), ({ workspace, args }) => {
  const description = parseModal(args.view);
  if (isRefusal(description)) return description;
  const trigger = workspace.triggers.redeem(args.trigger_id);
  if (isRefusal(trigger)) return trigger;
  return shown(workspace, showView(workspace, { user: trigger.user, description, below: null }));
});

export const push = method(z.object({ trigger_id: z.string(), view }), ({ workspace, args }) => {
  const description = parseModal(args.view);
  if (isRefusal(description)) return description;
  const trigger = workspace.triggers.redeem(args.trigger_id);
  if (isRefusal(trigger)) return trigger;
  const below = workspace.store.views.get(trigger.view ?? '');
  if (below === undefined) return refuse('not_found');
  return shown(workspace, showView(workspace, { user: trigger.user, description, below }));
});

export const update = method(
  z.object({
    view_id: z.string().optional(),
    external_id: z.string().optional(),
    hash: z.string().optional(),
    view,
  }),
  ({ workspace, args }) => {
    const description = parseView(args.view);
    if (isRefusal(description)) return description;
    const { view_id, external_id, hash } = args;
    const known = workspace.store.views
      .all()
      .find((one) => (view_id === undefined ? one.external_id === external_id : one.id === view_id));
    if (known === undefined || known.type !== description.type) return refuse('not_found');
    if (hash !== undefined && hash !== known.hash) return refuse('hash_conflict');
    return shown(workspace, updateView(workspace, known, description));
  },
);

export const publish = method(
  z.object({ user_id: z.string(), hash: z.string().optional(), view }),
  ({ workspace, args }) => {
    const description = parseView(args.view);
    if (isRefusal(description)) return description;
    if (description.type !== 'home') return refuseWith('invalid_arguments', ['must be a home view']);
    const { user_id: user, hash } = args;
    if (workspace.store.users.get(user) === undefined) return refuse('user_not_found');
    const known = workspace.store.views.all().find((one) => one.type === 'home' && one.user === user);
    if (hash !== undefined && hash !== known?.hash) return refuse('hash_conflict');
    if (known !== undefined) return shown(workspace, updateView(workspace, known, description));
    return shown(workspace, showView(workspace, { user, description, below: null }));
  },
);

function parseModal(raw: unknown): ViewDescription | Refusal {
  const description = parseView(raw);
  if (isRefusal(description) || description.type === 'modal') return description;
  return refuseWith('invalid_arguments', ['must be a modal view [json-pointer:/view/type]']);
}

function shown(workspace: Workspace, result: StoredView | Refusal): Reply {
  return isRefusal(result) ? result : { ok: true, view: viewJson(workspace, result) };
}
