import pino from 'pino';
import type { DeployTarget } from '../../integrations/target.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import type { OperationView } from '../../src/domain/operation.ts';
import type { Person } from '../../src/domain/person.ts';
import { targetKey } from '../../src/domain/target.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { type Engine, launchEngine } from '../../src/operations/engine.ts';
import { watchExecutors } from '../../src/operations/gone.ts';
import { takeLease } from '../../src/operations/lease.ts';
import { submit } from '../../src/operations/submit.ts';
import { runOperation } from '../../src/operations/workflow.ts';
import { openOperations, readView } from '../../src/store/operations.ts';
import { createTestDatabase } from './database.ts';
import { type ScriptedTarget, scriptedTarget } from './scripted-target.ts';

/** Operations on a real PostgreSQL and the real engine, with scripted targets and no Slack. */
export interface OperationsWorld {
  readonly context: OperationContext;
  readonly engine: Engine;
  readonly staging: ScriptedTarget;
  readonly production: ScriptedTarget;
  /** Who is deployed to under which name: the config, as it were. */
  readonly targets: Map<string, DeployTarget>;
  readonly people: Map<string, Person>;
  /** What was told in threads: `op-… approved`. */
  readonly told: string[];
  /** Moves the clock that decisions are made by. */
  advance(milliseconds: number): void;
  /** Waits until an operation is as wanted; fails after ten seconds with how it was. */
  until(operationId: string, wanted: (view: OperationView) => boolean): Promise<OperationView>;
  stop(): Promise<void>;
}

export const ANA = 'U0ANA';
export const BO = 'U0BO';
export const CHEN = 'U0CHEN';
export const DANA = 'U0DANA';

export const config: Config = configSchema.parse({
  roles: { deployer: { users: [ANA] }, approver: { users: [BO, CHEN] } },
  environments: {
    staging: { allow: { deploy: ['deployer'], lock: ['deployer'] } },
    production: {
      allow: { deploy: ['deployer', 'approver'], emergency: ['approver'], lock: ['approver'] },
      approval: { approvers: ['approver'], required: 1, expires: '30m', remind: '5m' },
    },
  },
  services: {
    api: {
      environments: {
        staging: { target: { kind: 'cloud-run', project: 'p', region: 'r', service: 'api-staging' } },
        production: { target: { kind: 'cloud-run', project: 'p', region: 'r', service: 'api' } },
      },
    },
  },
});

export async function createOperationsWorld(overrides: Partial<Config> = {}): Promise<OperationsWorld> {
  const test = await createTestDatabase();
  const { database, url } = test;
  const versions = ['v1.0.0', 'v1.1.0', 'v1.2.0'];
  const staging = scriptedTarget({ service: 'api', environment: 'staging' }, versions);
  const production = scriptedTarget({ service: 'api', environment: 'production' }, versions);
  const targets = new Map<string, DeployTarget>(
    [staging, production].map((target) => [targetKey(target.ref), target]),
  );
  const people = new Map([ANA, BO, CHEN, DANA].map((id) => [id, member(id)]));
  const told: string[] = [];
  let offset = 0;
  const log = pino({ level: 'silent' });
  const lease = await takeLease({ url, database, onTakenOver: () => undefined });
  const context: OperationContext = {
    database,
    config: { ...config, ...overrides },
    targets,
    people: { person: async (id) => people.get(id) ?? null },
    channels: {
      channel: async (id) => ({ id, name: 'deploys', presence: 'inside' }),
      idOf: async (name) => `id of ${name}`,
    },
    messages: {
      operation: async () => undefined,
      line: async (_tx, { view, line }) => void told.push(`${view.operation.id} ${line.kind}`),
      emergency: async (_tx, view) => void told.push(`${view.operation.id} emergency`),
    },
    notices: {
      lateBackup: async (_tx, { target, refusals }) =>
        void told.push(`${targetKey(target)} late ${refusals.map(({ code }) => code).join()}`),
      backupSummary: async (_tx, { weeks }) =>
        void told.push(`week ${weeks.map(({ made, failed }) => `${made} made ${failed} failed`).join()}`),
    },
    analysis: () => [],
    alerts: { critical: async () => null },
    code: { of: () => null, placeAuthor: async () => null },
    pictures: { show: async () => undefined },
    metrics: { ended: () => undefined, approved: () => undefined },
    lease,
    clock: () => new Date(Date.now() + offset),
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
  return {
    context,
    engine,
    staging,
    production,
    targets,
    people,
    told,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    until: (operationId, wanted) => until(context, operationId, wanted),
    stop: async () => {
      lease.stop();
      await engine.stop();
      await lease.release();
      await test.drop();
    },
  };
}

function member(id: string): Person {
  return { id, name: id, email: null, barred: null, groups: [] };
}

async function until(
  context: OperationContext,
  operationId: string,
  wanted: (view: OperationView) => boolean,
): Promise<OperationView> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const view = await readView(context.database, operationId);
    if (view !== null && wanted(view)) return view;
    if (Date.now() > deadline) throw new Error(`${operationId} is still ${JSON.stringify(view)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Ana asks for v1.1.0 of api in staging; the operation's ID. */
export async function deployToStaging(
  { context, engine }: OperationsWorld,
  deliveryId: string,
): Promise<string> {
  await submit(context, engine, {
    deliveryId,
    requests: [{ kind: 'deploy', target: { service: 'api', environment: 'staging' }, version: 'v1.1.0' }],
    options: { emergency: null, reason: null },
    dryRun: false,
    origin: { userId: ANA, channelId: 'C1' },
  });
  return (await openOperations(context.database)).at(-1)?.id ?? '';
}
