import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { withBackup } from '../../../integrations/backup.ts';
import { TargetError } from '../../../integrations/target.ts';
import { type Config, configSchema } from '../../../src/config/schema.ts';
import { isOpen } from '../../../src/domain/operation.ts';
import { runSchedules } from '../../../src/operations/backup/scheduled.ts';
import { recentOperations } from '../../../src/store/operations.ts';
import { config as base, createOperationsWorld, type OperationsWorld } from '../../support/operations.ts';
import { type ScriptedBackups, scriptedBackups } from '../../support/scripted-backups.ts';

const HOUR = 3_600_000;
const target = { service: 'api', environment: 'production' };
const key = 'api/production';

function hourly(): Config {
  const provider = { kind: 'cloud-sql', project: 'p', instance: 'i' };
  const backup = { provider, schedule: { cron: '0 * * * *', channel: '#ops' }, retention: { count: 2 } };
  const environment = {
    target: { kind: 'cloud-run', project: 'p', region: 'r', service: 'api' },
    backup,
  };
  const services = configSchema.shape.services.parse({
    api: { environments: { production: environment, broken: environment } },
  });
  return { ...base, services, slack: { ...base.slack, incidentChannel: '#incidents' } };
}

describe('scheduled backups', () => {
  let world: OperationsWorld;
  let backups: ScriptedBackups;

  beforeAll(async () => {
    world = await createOperationsWorld(hourly());
    world.targets.delete('api/staging');
    // A minute past the hour, so that what is an hour later is a minute late.
    world.advance(HOUR - (world.context.clock().getTime() % HOUR) + 60_000);
    backups = scriptedBackups(() => world.context.clock());
    world.targets.set(key, withBackup(world.production, backups));
    await tick();
  });
  beforeEach(() => {
    backups.script.clear();
    world.told.length = 0;
  });
  afterAll(() => world.stop());

  const tick = () => runSchedules(world.context, world.engine);

  async function operations() {
    return recentOperations(world.context.database, { ...target, limit: 100 });
  }

  async function settled() {
    for (const { id } of await operations()) {
      await world.until(id, ({ operation }) => !isOpen(operation.state));
    }
    return operations();
  }

  it('does not make one for times before it was known', async () => {
    expect(await operations()).toEqual([]);
  });

  it('makes one when it is due, once across replicas, and says in the audit trail who', async () => {
    world.advance(HOUR);
    await Promise.all([tick(), tick(), tick()]);
    await tick();
    const [made, ...others] = await settled();
    expect(others).toEqual([]);
    expect(made).toMatchObject({ state: 'succeeded', requesterId: 'slipway', channelId: 'id of #ops' });
    const { rows } = await world.context.database.query(
      "select actor from slipway.audit where subject = $1 and action = 'operation.requested'",
      [made?.id],
    );
    expect(rows).toEqual([{ actor: 'slipway' }]);
  });

  it('makes one for all that were missed', async () => {
    world.advance(30 * HOUR);
    await tick();
    await tick();
    expect(await settled()).toHaveLength(2);
  });

  it('deletes what retention lets go of, named in the plan before', async () => {
    const kept = [...backups.kept.keys()];
    world.advance(HOUR);
    await tick();
    const [newest] = await settled();
    expect(newest?.plan.steps.map(({ id }) => id)).toEqual(['make-backup', 'delete-old-backups']);
    expect(newest?.plan.steps[1]?.title).toContain(`Delete an old backup: ${kept[0]} of 20`);
    expect([...backups.kept.keys()]).toHaveLength(2);
    expect(backups.kept.has(kept[0] ?? '')).toBe(false);
  });

  it('tells when one cannot begin for a while, and begins when it can', async () => {
    const { list } = backups;
    const before = (await operations()).length;
    backups.list = async () => {
      throw new TargetError('unavailable', 'nobody answers.');
    };
    world.targets.set(key, withBackup(world.production, { ...backups }));
    world.advance(HOUR);
    await tick();
    expect(world.told).toEqual([]);
    world.advance(HOUR / 3);
    await tick();
    expect(world.told).toEqual([`${key} late target-error`]);
    backups.list = list;
    world.targets.set(key, withBackup(world.production, backups));
    await tick();
    expect(await settled()).toHaveLength(before + 1);
    expect(world.told).toContain(`${key} late `);
  });

  it('is made all the same, and told in the incident channel, when its channel cannot be found', async () => {
    const { channels } = world.context;
    const idOf = vi.spyOn(channels, 'idOf');
    onTestFinished(() => idOf.mockRestore());
    idOf.mockImplementation(async (name) => (name === '#ops' ? null : `id of ${name}`));
    world.advance(HOUR);
    await tick();
    const [made] = await settled();
    expect(made).toMatchObject({ state: 'succeeded', channelId: 'id of #incidents' });
    expect(made?.options.reason).toMatch(/; #ops was not found$/);
    idOf.mockRejectedValue(new Error('Slack is away'));
    world.advance(HOUR);
    await tick();
    expect((await settled())[0]).toMatchObject({ state: 'succeeded', channelId: '#ops' });
    expect((await operations())[0]?.id).not.toBe(made?.id);
  });

  it('is made of one target though another one has a fault, which is told', async () => {
    const before = (await operations()).length;
    const broken = { ...backups, list: async () => Promise.reject(new TypeError('x is not a function')) };
    const ref = { service: 'api', environment: 'broken' };
    world.targets.delete(key);
    world.targets.set('api/broken', { ...withBackup(world.production, broken), ref });
    world.targets.set(key, withBackup(world.production, backups));
    onTestFinished(() => void world.targets.delete('api/broken'));
    await tick();
    world.advance(HOUR);
    await tick();
    expect(await settled()).toHaveLength(before + 1);
    world.advance(HOUR / 3);
    await tick();
    expect(world.told).toContain('api/broken late target-error');
  });

  it('is tried again when something else had begun on its target in that moment', async () => {
    world.advance(HOUR);
    await tick();
    const [last, ...others] = await settled();
    const refusals = [{ code: 'busy', target, operationId: 'op-x', kind: 'deploy', requesterId: 'U1' }];
    await world.context.database.query(
      "update slipway.operations set state = 'refused', outcome = $2 where id = $1",
      [last?.id, JSON.stringify({ code: 'refused', refusals })],
    );
    await Promise.all([tick(), tick()]);
    await tick();
    const now = await settled();
    expect(now).toHaveLength(others.length + 2);
    expect(now[0]).toMatchObject({ state: 'succeeded', requesterId: 'slipway' });
  });

  it('sums up every week once', async () => {
    world.advance(7 * 24 * HOUR);
    backups.script.set('make', async () => ({ phase: 'failed', problem: 'invalid', message: 'disk full' }));
    await tick();
    await settled();
    await tick();
    const summaries = world.told.filter((line) => line.startsWith('week '));
    expect(summaries).toEqual([expect.stringMatching(/^week \d made \d failed$/)]);
  });
});
