import type { ViewDescription } from './block-kit/parse.ts';
import { withIds } from './block-kit/parse.ts';
import type { Payload, StoredView } from './entities.ts';
import { newId, newSecret } from './ids.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Workspace } from './workspace.ts';

const MAX_STACK = 3;

interface NewView {
  readonly user: string;
  readonly description: ViewDescription;
  /** The modal that it is pushed over, or null. */
  readonly below: StoredView | null;
}

/** Puts a modal on a person's screen, alone or over another one. */
export function showView(workspace: Workspace, { user, description, below }: NewView): StoredView | Refusal {
  const { store, audience } = workspace;
  if (below !== null && stack(workspace, below).length >= MAX_STACK) return refuse('push_limit_reached');
  if (isTaken(workspace, description.external_id)) return refuse('duplicate_external_id');
  const id = newId('V');
  const root_view_id = below?.root_view_id ?? id;
  const place = { id, user, root_view_id, previous_view_id: below?.id ?? null };
  const view = store.views.put(id, { ...place, ...parts(description), values: {} });
  const type = description.type === 'modal' ? 'view_opened' : 'view_updated';
  audience.tell([user], { type, view: viewJson(workspace, view) });
  return view;
}

/** Replaces what a view shows; what people entered in inputs that remain is kept. */
export function updateView(workspace: Workspace, view: StoredView, description: ViewDescription): StoredView {
  const updated = workspace.store.views.put(view.id, { ...view, ...parts(description) });
  workspace.audience.tell([view.user], { type: 'view_updated', view: viewJson(workspace, updated) });
  return updated;
}

/** Takes a view off the screen; `all` takes those below it too. */
export function closeView(workspace: Workspace, view: StoredView, all: boolean): void {
  const closing = all ? stack(workspace, view) : [view];
  for (const { id } of closing) workspace.store.views.remove(id);
  workspace.audience.tell([view.user], { type: 'view_closed', view: viewJson(workspace, view) });
}

/** The modals of one stack, the lowest first. */
export function stack(workspace: Workspace, view: StoredView): readonly StoredView[] {
  return workspace.store.views.all().filter(({ root_view_id }) => root_view_id === view.root_view_id);
}

/** A view as Slack shows it to the app. */
export function viewJson(workspace: Workspace, view: StoredView): Payload {
  const { team, app } = workspace.seed;
  return {
    id: view.id,
    team_id: team.id,
    type: view.type,
    blocks: view.blocks,
    private_metadata: view.private_metadata,
    callback_id: view.callback_id,
    state: { values: view.values },
    hash: view.hash,
    title: view.title,
    clear_on_close: view.clear_on_close,
    notify_on_close: view.notify_on_close,
    close: view.close,
    submit: view.submit,
    previous_view_id: view.previous_view_id,
    root_view_id: view.root_view_id,
    app_id: app.app_id,
    external_id: view.external_id,
    app_installed_team_id: team.id,
    bot_id: app.bot_id,
  };
}

function isTaken(workspace: Workspace, externalId: string | undefined): boolean {
  if (externalId === undefined || externalId === '') return false;
  return workspace.store.views.all().some(({ external_id }) => external_id === externalId);
}

function parts(description: ViewDescription) {
  const { type, private_metadata = '', callback_id = '', external_id = '' } = description;
  const modal = description.type === 'modal' ? description : undefined;
  return {
    type,
    private_metadata,
    callback_id,
    external_id,
    hash: newSecret(),
    title: modal?.title ?? null,
    submit: modal?.submit ?? null,
    close: modal?.close ?? null,
    clear_on_close: modal?.clear_on_close ?? false,
    notify_on_close: modal?.notify_on_close ?? false,
    blocks: description.blocks.map(withIds),
  };
}
