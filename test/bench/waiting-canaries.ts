/**
 * Canaries that wait, many in one process, on scripted targets: what each costs the process that waits for it.
 * A process of its own: `node --expose-gc waiting-canaries.ts DATABASE_URL COUNT`; prints one line of JSON.
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import type { DeployTarget } from '../../integrations/target.ts';
import { configSchema } from '../../src/config/schema.ts';
import { targetKey } from '../../src/domain/target.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { launchEngine } from '../../src/operations/engine.ts';
import { watchExecutors } from '../../src/operations/gone.ts';
import { takeLease } from '../../src/operations/lease.ts';
import { submit } from '../../src/operations/submit.ts';
import { runOperation } from '../../src/operations/workflow.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { scriptedTarget, scriptedTraffic } from '../support/scripted-target.ts';

const [url = '', counted = '200'] = process.argv.slice(2);
const services = Array.from({ length: Number(counted) }, (_, n) => `service-${n}`);
const environment = 'staging';
const AT_ONCE = 5;

const config = configSchema.parse({
  roles: { deployer: { users: ['U0ANA'] } },
  environments: { [environment]: { allow: { canary: ['deployer'] } } },
  services: Object.fromEntries(
    services.map((service) => [
      service,
      {
        environments: {
          [environment]: {
            target: { kind: 'cloud-run', project: 'p', region: 'r', service },
            canary: { pause: '1h', analysis: [] },
          },
        },
      },
    ]),
  ),
});

const database = openDatabase(url, () => undefined);
await migrate(database);
const lease = await takeLease({ url, database, onTakenOver: () => undefined });
const log = pino({ level: 'silent' });
const targets = new Map(services.map(canaryTarget).map((target) => [targetKey(target.ref), target]));
const context: OperationContext = {
  database,
  config,
  targets,
  people: { person: async (id) => ({ id, name: id, email: null, barred: null, groups: [] }) },
  channels: { channel: async (id) => ({ id, name: 'deploys', presence: 'inside' }), idOf: async () => null },
  notices: { lateBackup: async () => undefined, backupSummary: async () => undefined },
  messages: {
    operation: async () => undefined,
    line: async () => undefined,
    emergency: async () => undefined,
  },
  analysis: () => [],
  alerts: { critical: async () => null },
  pictures: { show: async () => undefined },
  metrics: { ended: () => undefined, approved: () => undefined },
  code: { of: () => null, placeAuthor: async () => null },
  lease,
  clock: () => new Date(),
  log,
};
const engine = await launchEngine({
  url,
  database,
  executorId: lease.executorId,
  log,
  adopt: async () => undefined,
  executors: watchExecutors({ url, database, lease, log }),
  run: (operationId) => runOperation(context, operationId),
});

await delay(2_000);
const before = await measure();
// A few at once, as people would at most: what waits is measured, not a rush.
for (let first = 0; first < services.length; first += AT_ONCE) {
  await Promise.all(services.slice(first, first + AT_ONCE).map(startCanary));
}
await untilAllWait();
const waiting = await measure();
await delay(30_000);
console.log(JSON.stringify({ before, waiting, later: await measure() }));
process.exit(0);

async function startCanary(service: string): Promise<void> {
  const target = { service, environment };
  const reply = await submit(context, engine, {
    deliveryId: `cmd:${service}`,
    requests: [{ kind: 'canary', target, version: 'v1.1.0', percent: 10, auto: false }],
    options: { emergency: null, reason: null },
    dryRun: false,
    origin: { userId: 'U0ANA', channelId: 'C1' },
  });
  if (reply !== null) throw new Error(JSON.stringify(reply));
}

async function untilAllWait(): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ count: number }>(
      'select count(*)::int as count from slipway.canaries where pause_ends_at is not null',
    );
    if (rows[0]?.count === services.length) return;
    await delay(200);
  }
}

/** After a full collection: what is held, not what was used. */
async function measure() {
  await delay(1_000);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const active = Object.fromEntries(
    [...Map.groupBy(process.getActiveResourcesInfo(), (name) => name)].map(([name, all]) => [
      name,
      all.length,
    ]),
  );
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from pg_stat_activity where datname = current_database()',
  );
  return { rss, heapUsed, active, connections: rows[0]?.count ?? 0, cpu: process.cpuUsage() };
}

function canaryTarget(service: string): DeployTarget {
  const target = scriptedTarget({ service, environment }, ['v1.0.0', 'v1.1.0']);
  const shares = Array.from({ length: 99 }, (_, n) => n + 1);
  return { ...target, traffic: scriptedTraffic(target, shares) };
}
