import { spawnSync } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type DeployTarget, type StepContext, TargetError } from '../../../integrations/target.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import {
  type ComposeMachine,
  type ComposeWorld,
  makeComposeWorld,
  startComposeMachine,
} from '../../contract/target/compose-world.ts';
import { contextOf, deployPlan, granted, runSteps, undo } from '../../contract/target/drive.ts';
import { watchCreations } from '../../support/host/watch-creations.ts';

const CUTS = 30;
/** One seed for the run, printed, so that a failure can be repeated. */
const seed = Number(process.env.CUT_SEED ?? Date.now() % 1_000_000);

let machine: ComposeMachine;
let world: ComposeWorld;
beforeAll(async () => {
  machine = await startComposeMachine();
});
beforeEach(async () => {
  world = await makeComposeWorld(machine);
});
afterEach(() => world.stop());
afterAll(() => machine?.stop());

/** As an operation does: what may pass is tried again. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TargetError) || error.retry !== 'retryable') throw error;
      await delay(50);
    }
  }
}

async function runPatiently(target: DeployTarget, step: PlannedStep, context: StepContext): Promise<void> {
  let progress = await patiently(() => target.start(step, context));
  while (progress.phase === 'running') {
    const { handle } = progress;
    await delay(Math.min(progress.lookAgainAfter, 25));
    progress = await patiently(() => target.resume(step, handle, context));
  }
  expect(progress, step.id).toMatchObject({ phase: 'succeeded' });
}

function randomNumbers(): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe(`a connection that is cut at random moments (CUT_SEED=${seed})`, () => {
  it(`ends right and once, over ${CUTS} cuts`, async () => {
    const random = randomNumbers();
    const made = watchCreations(machine.engine.address, world.project);
    onTestFinished(() => void made.stop());
    let cuts = 0;
    let deploys = 0;
    while (cuts < CUTS) {
      const target = world.connect();
      const version = deploys % 2 === 0 ? 'v1.1.0' : 'v1.2.0';
      const plan = await patiently(() => deployPlan(target, version));
      let isRunning = true;
      const cutting = (async () => {
        // Ever more time between them: a busy machine takes longer to connect and to look.
        for (let patience = 1; isRunning; patience *= 1.1) {
          await delay((300 + random() * 2_700) * patience);
          if (isRunning && (await machine.server.cut()) > 0) cuts += 1;
        }
      })();
      try {
        for (const step of plan.steps) await runPatiently(target, step, contextOf(`op_cut_${deploys}`));
      } finally {
        isRunning = false;
        await cutting;
      }
      deploys += 1;
      expect(await world.servingDigest()).toBe(plan.to.digest);
      await expect.poll(() => made.count()).toBe(deploys);
      expect(await readFile(path.join(world.directory, '.env'), 'utf8')).toBe(
        `DB_PASSWORD="a b#c"\nIMAGE_TAG=${version}\n# end\n`,
      );
    }
    const left = (await readdir(world.directory)).filter((name) => name.includes('slipway-new'));
    expect(left).toEqual([]);
    console.log(`${cuts} cuts over ${deploys} deploys, each ended right and once`);
  });
});

describe('a deploy in trouble', () => {
  it('says that the disk of the host is full, and leaves what ran', async () => {
    const target = world.connect();
    const plan = await deployPlan(target, world.versions.good);
    const found = await world.split();
    const { end: pulled } = await runSteps(target, plan.steps.slice(0, 1), contextOf('op_full'));
    expect(pulled).toMatchObject({ ok: true });
    const work = `${world.directory}-work`;
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', work]).status).toBe(0);
    onTestFinished(() => void spawnSync('umount', ['-l', work]));
    const { end, begun } = await runSteps(target, plan.steps.slice(1), contextOf('op_full'));
    expect(end).toMatchObject({ ok: false, message: expect.stringMatching(/disk of shop-1 is full/) });
    spawnSync('umount', ['-l', work]);
    for (const undone of await undo(target, begun, contextOf('op_full')))
      expect(undone).toMatchObject({ ok: true });
    expect(await world.split()).toEqual(found);
  });

  it('refuses before anybody is asked when compose would not take the version', async () => {
    const file = path.join(world.directory, 'docker-compose.yml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replaceAll(/:\$\{IMAGE_TAG\}/g, ':v1.0.0'));
    const target = world.connect();
    await expect(deployPlan(target, world.versions.good)).rejects.toThrow(
      /would not run .*v1\.1\.0: compose shows .*v1\.0\.0/,
    );
  });

  it('is not misled by a login that exports another version', async () => {
    const target = world.connect();
    const plan = await deployPlan(target, world.versions.good);
    const { end } = await runSteps(target, plan.steps, contextOf('op_trap'));
    expect(end).toMatchObject({ ok: true });
    expect(await world.servingDigest()).toBe(plan.to.digest);
  });

  it('goes back while the registry is down', async () => {
    const target = world.connect();
    const plan = await deployPlan(target, world.versions.good);
    await runSteps(target, plan.steps, contextOf('op_forward'));
    await machine.registry.down();
    onTestFinished(() => machine.registry.up());
    const back = world.connect();
    const live = await back.inspect();
    const rollback = granted(
      (await back.rollback?.plan({ live, to: null, good: [] })) ?? {
        ok: false,
        refusal: { code: 'not-stored' },
      },
    );
    const { end } = await runSteps(back, rollback.steps, contextOf('op_back'));
    expect(end).toMatchObject({ ok: true });
    expect(await world.servingDigest()).toBe(plan.from?.digest);
  });

  it('leaves to one of two at once what they both want, and tells the other', async () => {
    const shippers = ['v1.1.0', 'v1.2.0'].map((version) => ({ version, target: world.connect() }));
    const plans = await Promise.all(shippers.map(({ target, version }) => deployPlan(target, version)));
    const runs = await Promise.all(
      shippers.map(async ({ target, version }, n) => {
        const context = contextOf(`op_both_${version}`);
        const { end, begun } = await runSteps(target, plans[n]?.steps ?? [], context);
        if (!end.ok) await undo(target, begun, context);
        return { version, end, digest: plans[n]?.to.digest };
      }),
    );
    const shipped = runs.filter(({ end }) => end.ok);
    const told = runs.filter(({ end }) => !end.ok);
    expect(shipped, JSON.stringify(runs)).toHaveLength(1);
    expect(told[0]?.end).toMatchObject({
      ok: false,
      message: expect.stringContaining('Somebody else changed'),
    });
    expect(await world.servingDigest()).toBe(shipped[0]?.digest);
    expect(await readFile(path.join(world.directory, '.env'), 'utf8')).toContain(shipped[0]?.version);
  });

  it('runs a migration from the new image, once, before anything that runs is touched', async () => {
    const script = 'cat /www/version >>/data/migrated; ls /data';
    const target = world.connectWith({ migrate: { run: ['sh', '-c', script], service: 'web' } });
    const plan = await deployPlan(target, world.versions.good);
    const migrate = plan.steps.findIndex((step) => step.effect === 'changes-data');
    await runSteps(target, plan.steps.slice(0, migrate + 1), contextOf('op_migrate'));
    expect(await readFile(path.join(world.directory, 'data/migrated'), 'utf8')).toBe('app v1.1.0\n');
    expect(await world.servingDigest()).toBe(plan.from?.digest);
    const { end } = await runSteps(
      world.connectWith({ migrate: { run: ['sh', '-c', script], service: 'web' } }),
      plan.steps,
      contextOf('op_migrate'),
    );
    expect(end).toMatchObject({ ok: true });
    expect(await readFile(path.join(world.directory, 'data/migrated'), 'utf8')).toBe('app v1.1.0\n');
  });

  it('removes old images, and never the present or the previous one', async () => {
    const images = () =>
      machine.engine
        .docker('images', '--format', '{{.Tag}}', machine.image)
        .split('\n')
        .filter((tag) => tag.startsWith('v'));
    const target = world.connectWith({});
    for (const version of ['v1.1.0', 'v1.2.0', 'v1.0.0', 'v1.1.0']) {
      const plan = await deployPlan(target, version);
      const { end } = await runSteps(target, plan.steps, contextOf(`op_tidy_${version}_${Math.random()}`));
      expect(end).toMatchObject({ ok: true });
      const previous = plan.from?.version ?? '';
      expect(images()).toEqual(expect.arrayContaining([version, previous]));
    }
  });

  it('keeps no sign-in on the host', async () => {
    await expect(stat(path.join(machine.server.home, '.docker/config.json'))).rejects.toThrow(/ENOENT/);
  });
});
