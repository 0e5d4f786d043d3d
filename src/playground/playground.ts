/**
 * The embedded default: a local Slack workspace and a demo cloud, for whoever tries Slipway and for its tests.
 * @module
 */
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import express, { type Express } from 'express';
import { type DemoCloud, startDemoCloud } from './cloud/demo-cloud.ts';
import { cloudControlRouter, cloudRouter } from './cloud/routes.ts';
import { openJournal } from './journal.ts';
import { loopbackOnly } from './loopback-only.ts';
import { pageRoutes } from './page-routes.ts';
import { type CommandSeed, defaultSeed } from './slack/seed.ts';
import { attachSlack, controlRouter, describeWorkspace, workspaceRouter } from './slack/server.ts';
import { createWorkspace, type Workspace } from './slack/workspace.ts';

export interface PlaygroundOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where workspace and cloud remember everything, over crashes too. */
  readonly dataDir: string;
  /** The bot's Slack app, as its manifest has it: what it may do, and what it is told. */
  readonly app: {
    readonly commands: readonly CommandSeed[];
    readonly scopes: readonly string[];
    readonly events: readonly string[];
  };
  /** Visitors a second on each demo service. */
  readonly visitors: number;
}

export interface Playground {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts workspace and cloud where they left off in `dataDir`. They are reached from this machine only. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  mkdirSync(options.dataDir, { recursive: true });
  const app = express();
  const server = createServer(app);
  const port = await listen(server, options.port);
  const url = `http://127.0.0.1:${port}`;
  const cloud = await startDemoCloud({
    dataDir: options.dataDir,
    backgroundRequestsPerSecond: options.visitors,
  });
  const journal = openJournal(path.join(options.dataDir, 'slack.jsonl'));
  const { commands, scopes, events } = options.app;
  const seed = { ...defaultSeed, app: { ...defaultSeed.app, scopes, events } };
  const workspace = createWorkspace({ journal, origin: url, commands, seed });
  mountRoutes({ app, server, port, workspace, cloud });
  return {
    url,
    stop: async () => {
      workspace.close();
      await cloud.stop();
      await close(server);
      journal.close();
    },
  };
}

interface Parts {
  readonly app: Express;
  readonly server: Server;
  readonly port: number;
  readonly workspace: Workspace;
  readonly cloud: DemoCloud;
}

function mountRoutes({ app, server, port, workspace, cloud }: Parts): void {
  app.use(loopbackOnly(port));
  app.get('/playground/workspace', (_request, response) => {
    response.json({ ...describeWorkspace(workspace), ...describeCloud(cloud) });
  });
  app.use('/playground', workspaceRouter(workspace));
  app.use(cloudRouter(cloud));
  app.use(cloudControlRouter(cloud));
  app.use('/playground/control', controlRouter(workspace));
  attachSlack({ app, server, workspace });
  app.use(pageRoutes());
}

function describeCloud(cloud: DemoCloud): object {
  return {
    targets: cloud.services.map(({ service, environment, url }) => ({ service, environment, url })),
    cloud: {
      registry: cloud.registryUrl,
      run_endpoint: cloud.runEndpoint,
      sql_endpoint: cloud.sqlEndpoint,
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        taken ? new Error(`Port ${port} is in use. Set PLAYGROUND_PORT to another one.`, { cause }) : cause,
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
