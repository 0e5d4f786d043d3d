import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '../../../integrations/host.ts';
import { createTargets } from '../../../integrations/kinds.ts';
import { createSshHosts } from '../../../integrations/ssh/hosts.ts';
import { type DeployTarget, TargetError } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { contextOf, deployPlan, runSteps } from '../../contract/target/drive.ts';
import type { TargetWorld } from '../../contract/target/world.ts';
import { startTestHost, type TestHost } from '../host/test-host.ts';
import { type Files, type ReleaseServer, startReleaseServer } from './archives.ts';
import { type Gunicorn, prepareGunicorn } from './gunicorn.ts';
import { treeDigest, wholeTree } from './trees.ts';

export interface FilesWorld extends TargetWorld {
  readonly host: TestHost;
  readonly directory: string;
  readonly releases: ReleaseServer;
  readonly gunicorn: Gunicorn;
}

/** A web application that says which version it is. */
export function application(version: string, more: Files = {}): Files {
  return {
    'app.py': `import json
from lib.greeting import greeting

VERSION = '${version}'


def app(environ, start_response):
    start_response('200 OK', [('content-type', 'application/json')])
    return [json.dumps({'status': 'ok', 'version': VERSION, 'reply': greeting()}).encode()]
`,
    'lib/greeting.py': `def greeting():\n    return 'Welcome to ${version}'\n`,
    'static/site.css': 'body { color: black }\n',
    'bin/serve': { text: '#!/bin/sh\nexec gunicorn app:app\n', mode: 0o755 },
    ...more,
  };
}

/** A target on a real host, with a real gunicorn that runs the first version. */
export async function makeFilesWorld(
  more: Readonly<Record<string, unknown>> = {},
  where: { readonly directory?: string } = {},
): Promise<FilesWorld> {
  const host = await startTestHost();
  const place = await mkdtemp(path.join(tmpdir(), 'slipway-files-'));
  await chmod(place, 0o755);
  const directory = where.directory ?? path.join(place, 'live');
  await mkdir(directory, { recursive: true });
  const releases = await startReleaseServer();
  await releases.publish('v1.0.0', application('v1.0.0', { 'static/old.css': 'i { color: red }\n' }));
  await releases.publish('v1.1.0', application('v1.1.0', { 'lib/new/more.py': 'MORE = True\n' }));
  await releases.publish('v1.3.0-broken', {
    ...application('v1.3.0-broken'),
    'app.py': "raise RuntimeError('no configuration')\n",
  });
  const gunicorn = await prepareGunicorn(directory, path.join(place, 'service'));
  const levers = { lose: false, deny: false };
  const connected: DeployTarget[] = [];
  const connect = () => {
    const target = connectTo({ host, directory, releases, gunicorn, more, levers });
    connected.push(target);
    return target;
  };
  await seed(connect());
  const before = countChanges(directory, place);
  return {
    host,
    directory,
    releases,
    gunicorn,
    connect,
    versions: {
      running: 'v1.0.0',
      good: 'v1.1.0',
      broken: { version: 'v1.3.0-broken', reason: /refused the connection|closed the connection/ },
      unknown: { version: 'v1.1.00', nearest: 'v1.1.0' },
    },
    servingDigest: () => servingDigest(directory, gunicorn),
    split: () => wholeTree(directory),
    changes: () => countChanges(directory, place) - before,
    loseNextReply() {
      levers.lose = true;
    },
    denyChanges() {
      levers.deny = true;
    },
    async changeBehindOurBack() {
      await writeFile(path.join(directory, 'app.py'), String(application('v1.0.0-by-hand')['app.py']));
      await gunicorn.byHand();
      while ((await versionAt(gunicorn.url)) !== 'v1.0.0-by-hand') await delay(25);
    },
    async stop() {
      await Promise.all(connected.map((target) => target.close()));
      await gunicorn.stop();
      await releases.stop();
      await host.stop();
      await rm(place, { recursive: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

async function seed(target: DeployTarget): Promise<void> {
  const plan = await deployPlan(target, 'v1.0.0');
  const { end } = await runSteps(target, plan.steps, contextOf('op_seed'));
  if (!end.ok) throw new Error(`the first version does not come up: ${end.message}`);
}

function connectTo(world: {
  readonly host: TestHost;
  readonly directory: string;
  readonly releases: ReleaseServer;
  readonly gunicorn: Gunicorn;
  readonly more: Readonly<Record<string, unknown>>;
  readonly levers: { lose: boolean; deny: boolean };
}): DeployTarget {
  const config = configSchema.parse({
    hosts: { web: world.host.config() },
    environments: { production: {} },
    services: {
      backend: {
        environments: {
          production: {
            target: {
              kind: 'files',
              host: 'web',
              directory: world.directory,
              archive: world.releases.archive(),
              deleted: 'remove',
              restart: world.gunicorn.restart,
              url: world.gunicorn.url,
              health: { http: '/health', tries: 80, pause: '1s', json: { status: 'ok' } },
              ...world.more,
            },
            verify: [{ http: '/', contains: 'Welcome' }],
          },
        },
      },
    },
  });
  const hosts = createSshHosts(config.hosts);
  const target = createTargets(config, { hosts: (name) => withLevers(hosts(name), world.levers) }).get(
    'backend/production',
  );
  if (target === undefined) throw new Error('the config has no such target');
  return target;
}

/** A host whose answers get lost, or whose account may not do anything. */
function withLevers(host: Host, levers: { lose: boolean; deny: boolean }): Host {
  const denied = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;
  const as = <C extends { readonly argv: readonly [string, ...string[]] }>(command: C): C =>
    levers.deny ? { ...command, argv: [...denied, ...command.argv] } : command;
  const lose = <T>(answer: T): T => {
    if (!levers.lose) return answer;
    levers.lose = false;
    throw new TargetError('unavailable', 'The connection broke before the answer came.');
  };
  return {
    name: host.name,
    identity: host.identity,
    fetch: host.fetch,
    run: async (command, signal) => {
      const end = await host.run(as(command), signal);
      return command.input === undefined ? end : lose(end);
    },
    start: async (run, signal) => lose(await host.start(as(run), signal)),
    look: (request, signal) => host.look(request, signal),
    stop: (id, signal) => host.stop(id, signal),
    readFile: (file, options) => host.readFile(file, options),
    writeFile: (file, content, options) => host.writeFile(file, content, options),
    examine: () => host.examine(),
    close: () => host.close(),
  };
}

/** The digest of the tree, where what answers is what lies there. */
async function servingDigest(directory: string, gunicorn: Gunicorn): Promise<string | null> {
  const [, version] = /VERSION = '(.*)'/.exec(readFileSync(path.join(directory, 'app.py'), 'utf8')) ?? [];
  return (await versionAt(gunicorn.url)) === version ? treeDigest(directory) : null;
}

export async function versionAt(url: string): Promise<string | null> {
  try {
    const body: unknown = await (await fetch(url)).json();
    const said = typeof body === 'object' && body !== null && 'version' in body ? body.version : null;
    return typeof said === 'string' ? said : null;
  } catch {
    return null;
  }
}

/** What has happened: uploads, backups, swaps, files put back, restarts. Each leaves something of its own. */
function countChanges(directory: string, place: string): number {
  const operations = path.join(directory, '.slipway/operations');
  const traces = ['staged', 'backup', 'swapped'];
  const names = existsSync(operations) ? readdirSync(operations) : [];
  const counts = names.map((name) => {
    const has = (trace: string) => existsSync(path.join(operations, name, trace));
    const restored = has('restored') && has('swapping') ? 1 : 0;
    return traces.filter(has).length + restored;
  });
  const restarts = readFileSync(path.join(place, 'service/restarts.log'), 'utf8').split('\n').length - 1;
  return counts.reduce((sum, count) => sum + count, 0) + restarts;
}
