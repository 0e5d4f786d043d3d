import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DeployTarget } from '../../../integrations/target.ts';
import type { TargetPlan } from '../../../src/domain/plan.ts';
import {
  contextOf,
  deployPlan,
  granted,
  runStep,
  runSteps,
  stepOf,
  undo,
} from '../../contract/target/drive.ts';
import { eventually, noCluster } from '../../support/kubernetes/cluster.ts';
import { machineAddress } from '../../support/kubernetes/control-plane.ts';
import { BEHAVIOUR } from '../../support/kubernetes/stages.ts';
import { type BlueGreenWorld, makeBlueGreenWorld } from './blue-green-world.ts';

const CONTEXT = contextOf('op_turn');
const untilSwitched = ({ steps }: TargetPlan) =>
  steps.slice(0, steps.findIndex(({ id }) => id === 'switch-service') + 1);

async function planBack(target: DeployTarget): Promise<TargetPlan> {
  if (target.rollback === undefined) throw new Error('the target cannot roll back');
  return granted(await target.rollback.plan({ live: await target.inspect(), to: null, good: [] }));
}

async function world(options: Parameters<typeof makeBlueGreenWorld>[0] = {}): Promise<BlueGreenWorld> {
  const made = await makeBlueGreenWorld(options);
  onTestFinished(() => made.stop());
  return made;
}

/** What every pod of a world answers: they have this machine's address. */
async function podsThatAnswer(answer: () => { status: number; body: string }) {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    const { status, body } = answer();
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, machineAddress(), () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const { port }: AddressInfo = Object(server.address());
  const health = { path: '/health', port, times: 3, every: '1s', json: { status: 'healthy' } };
  return { paths, health, annotations: { [BEHAVIOUR.podIp]: machineAddress() } };
}

describe.skipIf(noCluster)('blue and green', () => {
  test('every pod is asked as often as the config says, through the API server, before the switch', async () => {
    const pods = await podsThatAnswer(() => ({ status: 200, body: '{"status":"healthy"}' }));
    const shop = await world(pods);
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    const before = untilSwitched(plan).slice(0, -1);
    expect((await runSteps(target, before, CONTEXT)).end).toMatchObject({
      ok: true,
      message: expect.stringMatching(
        /^green: 3 of 3 health checks passed at 2 pods\. All 2 pods run \w{12}\.$/,
      ),
    });
    expect(pods.paths).toEqual(Array.from({ length: 6 }, () => '/health'));
    expect(await shop.selected()).toBe('blue');
  });

  test.each([
    {
      answer: { status: 200, body: '{"status":"degraded"}' },
      says: /api-green-\S+: GET \/health answered 200/,
    },
    { answer: { status: 503, body: 'no database' }, says: /GET \/health answered 503 \(wanted 200\)/ },
  ])('a colour whose pods answer $answer.status $answer.body takes no traffic and is put back', async (given) => {
    const pods = await podsThatAnswer(() => given.answer);
    const shop = await world(pods);
    const found = await shop.split();
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    const { end, begun } = await runSteps(target, plan.steps, CONTEXT);
    expect(end).toMatchObject({
      ok: false,
      problem: 'unhealthy',
      message: expect.stringMatching(given.says),
    });
    for (const undone of await undo(target, begun, CONTEXT)) expect(undone).toMatchObject({ ok: true });
    expect(await shop.split()).toEqual(found);
  });

  test('a pod that runs something else than was approved keeps its colour from taking traffic', async () => {
    const lie = `sha256:${'e'.repeat(64)}`;
    const shop = await world({ annotations: { [BEHAVIOUR.runsDigest]: lie } });
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    const { end } = await runSteps(target, plan.steps, CONTEXT);
    expect(end).toMatchObject({
      ok: false,
      problem: 'invalid',
      message: expect.stringContaining('eeeeeeeeeeee'),
    });
    expect(await shop.selected()).toBe('blue');
  });

  test('the new colour has as many pods as the old one at that moment, also where an autoscaler changed it', async () => {
    const shop = await world();
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    await shop.editColour('blue', { spec: { replicas: 3 } });
    expect((await runSteps(target, plan.steps, CONTEXT)).end).toMatchObject({ ok: true });
    expect((await shop.colour('green')).spec.replicas).toBe(3);
    expect((await shop.colour('blue')).spec.replicas).toBe(0);
    expect(await shop.selected()).toBe('green');
  });

  test('while the old colour still stands, a rollback switches back at once', async () => {
    const shop = await world();
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    expect((await runSteps(target, untilSwitched(plan), CONTEXT)).end).toMatchObject({ ok: true });
    const back = await planBack(target);
    expect(back.steps.map(({ id }) => id)).not.toContain('prepare-colour');
    expect(back.to.version).toBe('v1.0.0');
    const changes = shop.changes();
    expect((await runSteps(target, back.steps.slice(0, 2), contextOf('op_back'))).end).toMatchObject({
      ok: true,
    });
    expect(shop.changes() - changes).toBe(1);
    expect(await shop.selected()).toBe('blue');
  });

  test('once the old colour is scaled down, a rollback says so and starts it again first', async () => {
    const shop = await world();
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    expect((await runSteps(target, plan.steps, CONTEXT)).end).toMatchObject({ ok: true });
    const back = await planBack(target);
    expect(back.warnings).toContain(
      'blue has been scaled to zero: it has to be started again before the switch.',
    );
    expect(stepOf(back.steps, 'prepare-colour').title).toBe('Start v1.0.0 in blue again');
  });

  test('a switch by somebody else is told and left, before and after ours', async () => {
    const shop = await world({ green: { replicas: 2, version: 'v1.0.0' } });
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    await shop.select('green');
    const theirs = await shop.split();
    const { end, begun } = await runSteps(target, plan.steps, CONTEXT);
    expect(end).toMatchObject({
      problem: 'conflict',
      message: 'Somebody else has switched the Service api: it selects version=green. It was left as it is.',
    });
    await undo(target, begun, CONTEXT);
    expect(await shop.split()).toEqual(theirs);
  });

  test('what a person switched back while the old colour drains is not switched again, nor scaled down', async () => {
    const shop = await world();
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    expect((await runSteps(target, untilSwitched(plan), CONTEXT)).end).toMatchObject({ ok: true });
    await shop.select('blue');
    const rest = plan.steps.slice(untilSwitched(plan).length);
    for (const step of rest) {
      expect((await runSteps(target, [step], CONTEXT)).end).toMatchObject({ problem: 'conflict' });
    }
    expect(await shop.selected()).toBe('blue');
    expect((await shop.colour('blue')).spec.replicas).toBe(2);
  });

  test('switching back waits for pods that are on their way, and refuses where none is', async () => {
    const shop = await world({ annotations: { [BEHAVIOUR.startsIn]: '1s' } });
    const target = shop.connect();
    const plan = await deployPlan(target, 'v1.1.0');
    expect((await runSteps(target, untilSwitched(plan), CONTEXT)).end).toMatchObject({ ok: true });
    const { undo: back } = stepOf(plan.steps, 'switch-service');
    if (back === undefined) throw new Error('switching has no way back');
    await shop.editColour('blue', { spec: { replicas: 0 } });
    await eventually(async () => (await shop.colour('blue')).status.replicas === undefined);
    await expect(target.start(back, CONTEXT)).rejects.toMatchObject({
      problem: 'conflict',
      message: 'blue has no ready pod any more: switching back to it would leave nothing that serves.',
    });
    await shop.editColour('blue', { spec: { replicas: 2 } });
    expect(await target.start(back, CONTEXT)).toMatchObject({
      phase: 'running',
      message: 'blue has no ready pod yet: nothing is switched before it has one',
    });
    expect(await shop.selected()).toBe('green');
    expect(await runStep(target, back, CONTEXT)).toMatchObject({ ok: true });
    expect(await shop.selected()).toBe('blue');
  });

  test('a Service that selects neither colour is explained', async () => {
    const shop = await world();
    await shop.cluster.api.merge(shop.cluster.path('v1', 'services', 'api'), {
      spec: { selector: { version: 'red' } },
    });
    await expect(shop.connect().inspect()).rejects.toThrow(
      'selects version=red, which is neither blue nor green',
    );
  });
});
