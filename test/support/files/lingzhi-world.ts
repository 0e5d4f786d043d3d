import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { startTestHost, type TestHost } from '../host/test-host.ts';
import { type RunningBot, startBotWithPlayground } from '../running-bot.ts';
import { type ReleaseServer, startReleaseServer } from './archives.ts';
import { type Gunicorn, prepareGunicorn } from './gunicorn.ts';
import { lingzhi } from './lingzhi.ts';

/** The example of Lingzhi, on a host, a gunicorn and a GitHub of our own; nothing else of it is changed. */
export interface LingzhiWorld {
  readonly running: RunningBot;
  readonly host: TestHost;
  readonly releases: ReleaseServer;
  readonly gunicorn: Gunicorn;
  /** The live directory. */
  readonly live: string;
  stop(): Promise<void>;
}

const exampleSchema = z.object({
  hosts: z.record(z.string(), z.unknown()),
  services: z.object({
    backend: z.looseObject({
      environments: z.object({
        production: z.looseObject({
          target: z.looseObject({ backups: z.looseObject({}) }),
          backup: z.looseObject({ provider: z.looseObject({}) }),
        }),
      }),
    }),
  }),
});

/** Everything up, with v1.0.0 put there by hand as it was before Slipway. */
export async function startLingzhi(): Promise<LingzhiWorld> {
  const place = await mkdtemp(path.join(tmpdir(), 'slipway-lingzhi-'));
  const live = path.join(place, 'admin-backend');
  const [host, releases] = await Promise.all([startTestHost(), startReleaseServer()]);
  const gunicorn = await prepareGunicorn(live, path.join(place, 'service'));
  putByHand(live, 'v1.0.0');
  await gunicorn.byHand();
  await releases.publish('v1.0.0', lingzhi('v1.0.0'));
  const example = exampleSchema.parse(parse(readFileSync('manifests/examples/lingzhi.yaml', 'utf8')));
  const { production } = example.services.backend.environments;
  Object.assign(production.target, {
    directory: live,
    backups: { ...production.target.backups, directory: path.join(live, 'backups') },
    archive: { ...releases.github(), root: 'admin-backend' },
    restart: gunicorn.restart,
    url: gunicorn.url,
  });
  Object.assign(production.backup.provider, { path: live, directory: path.join(place, 'kept') });
  const running = await startBotWithPlayground({}, (config) => {
    Object.assign(config, {
      hosts: { lingzhi: host.config() },
      services: example.services,
      channels: { '#deploys': { service: 'backend', environment: 'production' } },
    });
  });
  return {
    running,
    host,
    releases,
    gunicorn,
    live,
    async stop() {
      await running.stop();
      await gunicorn.stop();
      await Promise.all([releases.stop(), host.stop()]);
      await rm(place, { recursive: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

/** Somebody copied it there, with data beside it. */
function putByHand(live: string, version: string): void {
  for (const [name, file] of Object.entries(lingzhi(version))) {
    const target = path.join(live, path.relative('admin-backend', name));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, typeof file === 'string' ? file : file.text);
  }
  writeFileSync(path.join(live, 'lingzhi_ecosystem.db'), 'all the data there is');
  writeFileSync(path.join(live, 'notes.txt'), 'somebody left this here');
}
