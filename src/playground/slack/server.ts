import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { isLoopbackRequest } from '../loopback-only.ts';
import { apiRoutes } from './routes/api-routes.ts';
import { appRoutes } from './routes/app-routes.ts';
import type { Workspace } from './workspace.ts';

export { controlRouter } from './routes/control-routes.ts';
export { describeWorkspace, workspaceRouter } from './routes/workspace-routes.ts';

export interface SlackAttachment {
  /** Requests reach it behind `loopbackOnly`, which its owner mounts first. */
  readonly app: Express;
  /** The server that serves `app`; its WebSocket upgrades are the workspace's. */
  readonly server: Server;
  readonly workspace: Workspace;
}

/**
 * Serves a workspace: the Web API at `/api/<method>`, Socket Mode at `/link/`, `response_url`s at
 * `/response/<id>`, uploads at `/upload/v1/<id>` and files at `/files/<id>/<name>`. What the page and tests
 * need beside that are `workspaceRouter` (at `/playground`) and `controlRouter` (at `/playground/control`).
 */
export function attachSlack({ app, server, workspace }: SlackAttachment): void {
  app.use('/api', apiRoutes(workspace));
  app.use(appRoutes(workspace));
  server.on('upgrade', (request, socket, head) => upgrade(workspace, { request, socket, head }));
}

interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

function upgrade(workspace: Workspace, { request, socket, head }: Upgrade): void {
  const port = Number(new URL(workspace.origin).port);
  const isLink = request.url?.startsWith('/link/') ?? false;
  if (isLink && isLoopbackRequest(request.headers, port))
    workspace.app.socketMode.upgrade(request, socket, head);
  else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
