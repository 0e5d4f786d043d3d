import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withBackup } from '../../../integrations/backup.ts';
import { configSchema } from '../../../src/config/schema.ts';
import { backupIdOf } from '../../../src/domain/backup.ts';
import type { Operation } from '../../../src/domain/operation.ts';
import { isOpen } from '../../../src/domain/operation.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import type { OperationRequest } from '../../../src/domain/request.ts';
import { deletesHeld } from '../../../src/operations/backup/retention.ts';
import { approve } from '../../../src/operations/decide.ts';
import { submit } from '../../../src/operations/request.ts';
import { readVerifications } from '../../../src/store/backups.ts';
import { recentOperations } from '../../../src/store/operations.ts';
import {
  ANA,
  BO,
  config as base,
  createOperationsWorld,
  type OperationsWorld,
} from '../../support/operations.ts';
import { type ScriptedBackups, scriptedBackups } from '../../support/scripted-backups.ts';

const target = { service: 'api', environment: 'production' };
const environments = configSchema.shape.environments.parse({
  staging: { allow: { deploy: ['deployer'] } },
  production: {
    allow: { deploy: ['deployer'], backup: ['deployer'], restore: ['deployer'] },
    approval: { approvers: ['approver'], required: 1, expires: '30m' },
  },
});

const services = configSchema.shape.services.parse({
  api: {
    environments: {
      production: {
        target: { kind: 'cloud-run', project: 'p', region: 'r', service: 'api' },
        backup: {
          provider: { kind: 'cloud-sql', project: 'p', instance: 'i' },
          before: 'deploy',
          newerThan: '1h',
          retention: { count: 2 },
        },
      },
    },
  },
});

describe('backups as operations', () => {
  let world: OperationsWorld;
  let backups: ScriptedBackups;
  let deliveries = 0;

  beforeAll(async () => {
    world = await createOperationsWorld({ ...base, environments, services });
  });
  beforeEach(() => {
    backups = scriptedBackups(() => world.context.clock());
    world.production.calls.length = 0;
    world.targets.set('api/production', withBackup(world.production, backups));
  });
  afterAll(() => world.stop());

  function ask(request: OperationRequest, userId = ANA): Promise<Reply | null> {
    deliveries += 1;
    const origin = { userId, channelId: 'C1' };
    const options = { emergency: null, reason: null };
    return submit(world.context, world.engine, {
      deliveryId: `cmd:backup-${deliveries}`,
      requests: [request],
      options,
      dryRun: false,
      origin,
    });
  }

  async function newest(): Promise<Operation> {
    const [operation] = await recentOperations(world.context.database, { ...target, limit: 1 });
    if (operation === undefined) throw new Error('no operation yet');
    return operation;
  }

  async function ended(id: string) {
    return (await world.until(id, ({ operation }) => !isOpen(operation.state))).operation;
  }

  async function approved(id: string) {
    const at = world.context.clock();
    await approve(world.context, world.engine, {
      operationId: id,
      userId: BO,
      via: 'button',
      planDigest: null,
      at,
    });
    return ended(id);
  }

  it('makes a backup without asking anybody, under the id of its operation', async () => {
    expect(await ask({ kind: 'backup', target })).toBeNull();
    const operation = await ended((await newest()).id);
    expect(operation.outcome).toEqual({ code: 'done', detail: `make ${backupIdOf(operation.id)}` });
    expect([...backups.kept.keys()]).toEqual([backupIdOf(operation.id)]);
    expect(world.production.calls).toEqual([]);
  });

  it('asks before it restores, backs up what is there first, and puts the data back', async () => {
    backups.keep('bk-old', world.context.clock());
    backups.data = 2;
    expect(await ask({ kind: 'restore', target, backup: 'bk-old' })).toBeNull();
    const { id, state, plan } = await newest();
    expect(state).toBe('awaiting-approval');
    expect(plan.steps.map((step) => step.id)).toEqual(['make-backup', 'restore-backup', 'compare-backup']);
    expect(plan.backup?.existing?.id).toBe('bk-old');
    await approved(id);
    expect(backups.data).toBe(1);
    expect(backups.kept.get(backupIdOf(id))?.data).toBe(2);
  });

  it('undoes a restore that cannot be proven by the backup that it made before', async () => {
    backups.keep('bk-old', world.context.clock());
    backups.data = 2;
    backups.script.set('compare', async () => ({
      phase: 'failed',
      problem: 'unhealthy',
      message: 'table users has 3 rows, not 4.',
    }));
    await ask({ kind: 'restore', target, backup: 'bk-old' });
    const operation = await approved((await newest()).id);
    expect(operation.state).toBe('undone');
    expect(backups.data).toBe(2);
    expect(operation.outcome).toMatchObject({ code: 'step-failed', dataChanged: false });
  });

  it('copies what was there to the second place after the restore, which does not depend on that', async () => {
    backups.keep('bk-old', world.context.clock());
    const { planBackup } = backups;
    backups.planBackup = async () => {
      const made = await planBackup();
      if (!made.ok) return made;
      const copy = made.value.steps.map((step) => ({ ...step, id: 'copy-backup', action: 'copy' }));
      return { ok: true, value: { ...made.value, steps: [...made.value.steps, ...copy] } };
    };
    backups.script.set('copy', async () => ({ phase: 'failed', problem: 'invalid', message: 'no disk' }));
    await ask({ kind: 'restore', target, backup: 'bk-old' });
    const { id, plan } = await newest();
    expect(plan.steps.map((step) => step.id)).toEqual([
      'make-backup',
      'restore-backup',
      'compare-backup',
      'copy-backup',
    ]);
    expect((await approved(id)).state).toBe('succeeded');
  });

  it('does not restore into something else than what was approved', async () => {
    backups.keep('bk-old', world.context.clock());
    backups.data = 2;
    await ask({ kind: 'restore', target, backup: 'bk-old' });
    const { id } = await newest();
    backups.script.set('make', async () => {
      world.targets.set(
        'api/production',
        withBackup(world.production, { ...backups, subject: 'another number' }),
      );
      return { phase: 'succeeded', message: 'made' };
    });
    expect((await approved(id)).outcome).toMatchObject({
      code: 'step-failed',
      detail: 'The config now backs up another number, and one number in memory was approved.',
    });
    expect(backups.data).toBe(2);
  });

  it('warns of a backup that failed its verification', async () => {
    backups.keep('bk-doubt', world.context.clock());
    backups.script.set('verify', async () => ({
      phase: 'failed',
      problem: 'unhealthy',
      message: 'a row is gone',
    }));
    await ask({ kind: 'verification', target, backup: 'bk-doubt' });
    await ended((await newest()).id);
    await ask({ kind: 'restore', target, backup: 'bk-doubt' });
    const { plan, id } = await newest();
    expect(plan.warnings).toContainEqual(
      expect.stringMatching(/^bk-doubt failed its verification on [-0-9]+: a row is gone$/),
    );
    const { rows } = await world.context.database.query<{ detail: unknown }>(
      "select detail from slipway.audit where subject = $1 and action = 'operation.requested'",
      [id],
    );
    expect(rows[0]?.detail).toMatchObject({ backup: { id: 'bk-doubt', subject: 'one number in memory' } });
    await approved(id);
  });

  it('ends what runs out of time before it undoes it', async () => {
    backups.keep('bk-old', world.context.clock());
    await ask({ kind: 'restore', target, backup: 'bk-old' });
    const { id } = await newest();
    const running = { phase: 'running', handle: 'run-1', message: 'at it', lookAgainAfter: 1 } as const;
    const order: string[] = [];
    backups.script.set('compare', async () => running);
    backups.resume = async () => {
      world.advance(200_000);
      return running;
    };
    backups.stop = {
      stops: () => true,
      stop: async (step, handle) => {
        order.push(`${step.action} ${String(handle)} stopped`);
        return null;
      },
    };
    backups.script.set('restore', async () => {
      order.push('restore');
      return { phase: 'succeeded', message: 'restored' };
    });
    expect((await approved(id)).state).toBe('undone');
    expect(order).toEqual(['restore', 'compare run-1 stopped', 'restore']);
  });

  it('refuses a backup that is not there, with those that are', async () => {
    backups.keep('bk-old', world.context.clock());
    expect(await ask({ kind: 'restore', target, backup: 'bk-odl' })).toMatchObject({
      refusals: [{ code: 'no-such-backup', wanted: 'bk-odl', available: ['bk-old'] }],
    });
  });

  it('refuses a backup that is not whole', async () => {
    backups.keep('bk-bad', world.context.clock(), { is: 'bad', reason: 'disk full' });
    expect(await ask({ kind: 'verification', target, backup: 'bk-bad' })).toMatchObject({
      refusals: [{ code: 'unusable-backup', reason: 'disk full' }],
    });
  });

  it('remembers what a verification showed, and nothing of one that could not be carried out', async () => {
    backups.keep('bk-1', world.context.clock());
    await ask({ kind: 'verification', target, backup: 'bk-1' });
    await ended((await newest()).id);
    const problem = (kind: 'unhealthy' | 'unavailable') =>
      backups.script.set('verify', async () => ({
        phase: 'failed',
        problem: kind,
        message: `it is ${kind}`,
      }));
    problem('unavailable');
    await ask({ kind: 'verification', target, backup: 'bk-1' });
    await ended((await newest()).id);
    expect((await readVerifications(world.context.database, target)).get('bk-1')).toMatchObject({
      passed: true,
      how: 'verify bk-1',
    });
    problem('unhealthy');
    await ask({ kind: 'verification', target, backup: 'bk-1' });
    await ended((await newest()).id);
    expect((await readVerifications(world.context.database, target)).get('bk-1')).toMatchObject({
      passed: false,
      how: 'it is unhealthy',
    });
  });

  describe('before a deploy', () => {
    const MINUTE = 60_000;
    const ago = (minutes: number) => new Date(world.context.clock().getTime() - minutes * MINUTE);
    const deploy: OperationRequest = { kind: 'deploy', target, version: 'v1.1.0' };

    it('makes one first, and names it when the data was changed by what failed', async () => {
      world.production.script.set('move', async () => ({
        phase: 'failed',
        problem: 'unhealthy',
        message: 'it fell over',
      }));
      await ask(deploy);
      const { id, plan } = await newest();
      expect(plan.steps[0]?.id).toBe('make-backup');
      expect((await approved(id)).state).toBe('undone');
      expect(backups.kept.has(backupIdOf(id))).toBe(true);
      world.production.script.clear();
    });

    it('names the one that is young enough, and keeps to it when a newer one comes', async () => {
      backups.keep('bk-young', ago(10));
      await ask(deploy);
      const { id, plan } = await newest();
      expect(plan.backup?.existing?.id).toBe('bk-young');
      expect(plan.steps[0]?.id).toBe('prepare');
      backups.keep('bk-newer', ago(1));
      expect((await approved(id)).state).toBe('succeeded');
      expect(backups.calls).toEqual([]);
    });

    it('makes one when the one there would be too old by the time people have approved', async () => {
      backups.keep('bk-old', ago(40));
      await ask(deploy);
      const { id, plan } = await newest();
      expect(plan.backup?.existing).toBeNull();
      // Meanwhile there is a younger one: the plan stays what was approved.
      backups.keep('bk-newer', ago(1));
      expect((await approved(id)).state).toBe('succeeded');
      expect(backups.calls).toEqual(['make']);
    });

    it('voids the approvals when somebody asks to restore what it would delete', async () => {
      backups.keep('bk-1', ago(90));
      backups.keep('bk-2', ago(80));
      await ask(deploy);
      const { id, plan } = await newest();
      expect(plan.backup?.deletes).toEqual(['bk-1']);
      expect(await deletesHeld(world.context.database, plan)).toBe(false);
      await ask({ kind: 'restore', target, backup: 'bk-1' });
      const restore = await newest();
      expect(await deletesHeld(world.context.database, plan)).toBe(true);
      expect(await approved(id)).toMatchObject({
        state: 'voided',
        outcome: { changed: expect.arrayContaining(['backup', 'steps']) },
      });
      expect([...backups.kept.keys()]).toEqual(['bk-1', 'bk-2']);
      expect((await approved(restore.id)).state).toBe('succeeded');
    });

    it('voids the approvals when the one that was named is gone', async () => {
      backups.keep('bk-young', ago(10));
      await ask(deploy);
      const { id } = await newest();
      backups.kept.clear();
      expect(await approved(id)).toMatchObject({
        state: 'voided',
        outcome: { changed: expect.arrayContaining(['backup', 'steps']) },
      });
    });
  });

  it('refuses whoever may not', async () => {
    expect(await ask({ kind: 'backup', target }, 'U0DANA')).toMatchObject({
      refusals: [{ code: 'missing-role', action: 'backup' }],
    });
  });

  it('says what a target without backups can do', async () => {
    world.targets.set('api/production', world.production);
    expect(await ask({ kind: 'backup', target })).toMatchObject({
      refusals: [{ code: 'no-capability', wanted: 'backup', can: ['deploy'] }],
    });
  });
});
