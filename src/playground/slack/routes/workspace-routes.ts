import { type Request, type Response, Router } from 'express';
import type { ScreenEvent } from '../audience.ts';
import { identify } from '../callers.ts';
import type { Payload } from '../entities.ts';
import { isRefusal } from '../refusal.ts';
import type { Workspace } from '../workspace.ts';

const HEARTBEAT_MS = 15_000;

/**
 * What the page needs beside the Web API, to be mounted at `/playground`: `GET /workspace` (when the
 * workspace is served alone; otherwise merge {@link describeWorkspace}) and `GET /events?token=…`.
 */
export function workspaceRouter(workspace: Workspace): Router {
  const router = Router();
  router.get('/workspace', (_request, response) => void response.json(describeWorkspace(workspace)));
  router.get('/events', (request, response) => stream(workspace, request, response));
  return router;
}

/** Slack's part of `GET /playground/workspace`. */
export function describeWorkspace(workspace: Workspace): Payload {
  const { team, app } = workspace.seed;
  const { users, channels } = workspace.store;
  return {
    team: { id: team.id, name: team.name },
    users: users.all().map(({ id, name, real_name, token, roles, is_bot }) => ({
      id,
      name,
      real_name,
      token,
      roles,
      is_bot,
    })),
    channels: channels
      .all()
      .filter(({ kind }) => kind !== 'im')
      .map(({ id, name, topic }) => ({ id, name, topic })),
    bot: {
      user_id: app.user_id,
      bot_id: app.bot_id,
      app_id: app.app_id,
      bot_token: app.bot_token,
      app_token: app.app_token,
      signing_secret: app.signing_secret,
    },
    slack_api_url: `${workspace.origin}/api/`,
    commands: workspace.commands.map(({ command, description, usage_hint }) => ({
      command,
      description,
      usage_hint,
    })),
  };
}

/** Server-Sent Events of one person's screen, beginning with whether the app is there. */
function stream(workspace: Workspace, request: Request, response: Response): void {
  const caller = identify(workspace, String(request.query.token ?? ''));
  if (isRefusal(caller) || caller.kind !== 'user') {
    response.status(401).json({ ok: false, error: 'invalid_auth' });
    return;
  }
  response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders();
  const send = (event: ScreenEvent) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  const leave = workspace.audience.join(caller.userId, send);
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  response.on('close', () => {
    clearInterval(heartbeat);
    leave();
  });
  send({ type: 'presence', app_connected: workspace.app.connected() });
}
