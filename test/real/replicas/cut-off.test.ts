import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../../support/demo-config.ts';
import { type Replica, type Replicas, startReplicas, until } from '../../support/replicas.ts';
import { changesAt } from '../../support/target-record.ts';
import { says, type TestPerson } from '../../support/workspace.ts';

const OPEN = ['awaiting-approval', 'running'];
/** Milliseconds for which others look at a renewal before they take over: nobody is taken over sooner. */
const GONE_AFTER = 5_000;
const PROMISED = 10_000;

describe('two bots on one database, of which one is cut off from it', () => {
  let replicas: Replicas;
  let ana: TestPerson;
  const count = { cutOff: 0, right: 0, callsAfterwards: 0, twice: 0 };
  beforeAll(async () => {
    replicas = await startReplicas({ count: 2, reach: 'socket', configure: quick });
    ana = replicas.workspace.person('ana');
  });
  afterEach(async () => {
    await replicas.workspace.clearFaults();
    await replicas.workspace.lever('cloud/operations', { hold: false });
    for (const replica of replicas.all) replica.network.open();
    for (const replica of replicas.all) await replica.up();
  });
  afterAll(async () => {
    const { cutOff, right, callsAfterwards, twice } = count;
    console.log(
      `${cutOff} cut off; ${right} operations ended right, ${callsAfterwards} calls to the target after the lock was gone, ${twice} done twice`,
    );
    await replicas.stop();
  });

  interface Begun {
    readonly id: string;
    readonly version: string;
    readonly runner: Replica;
    readonly pid: number;
    readonly before: number;
  }

  const changes = () => changesAt(replicas.workspace, 'api-staging');

  /** A deploy to staging, and whoever runs it, once `wanted` of its steps. */
  async function begun(wanted: (steps: readonly string[]) => boolean): Promise<Begun> {
    const { version: old } = await replicas.workspace.serving('api', 'staging');
    const version = old === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
    const before = (await changes()).length;
    const known = (await replicas.operations('api', 'staging')).length;
    await ana.command('deploys', `/deploy api ${version} staging`);
    const now = await until(
      () => replicas.operations('api', 'staging'),
      (all) => all.length > known,
    );
    const id = now.at(-1)?.id ?? '';
    const run = await until(
      () => replicas.operation(id),
      ({ pid, steps }) => pid !== null && wanted(steps),
    );
    const runner = replicas.runnerOf(run);
    if (runner === undefined || run.pid === null) throw new Error('nobody runs it');
    count.cutOff += 1;
    return { id, version, runner, pid: run.pid, before };
  }

  const takenOver = (pid: number) =>
    until(
      async () => (await replicas.takeovers()).find((one) => one.pid === pid) ?? null,
      (found) => found !== null,
    );

  async function expectRightAndOnce({ id, version, before }: Begun): Promise<void> {
    const { state } = await until(
      () => replicas.operation(id),
      (run) => !OPEN.includes(run.state),
    );
    expect(state).toBe('succeeded');
    expect(await replicas.workspace.serving('api', 'staging')).toMatchObject({ version });
    const made = (await changes()).slice(before);
    const expected = [
      'UpdateService template+traffic of api-staging',
      'UpdateService traffic of api-staging',
      'UpdateService traffic of api-staging',
    ];
    if (made.length > expected.length) count.twice += 1;
    expect(made).toEqual(expected);
    await ana.see('deploys', says(id, 'Done'));
    count.right += 1;
  }

  async function expectNoMoreCalls(runner: Replica, calls: number): Promise<void> {
    count.callsAfterwards += runner.calls() - calls;
    expect(runner.calls()).toBe(calls);
  }

  const isCreating = (steps: readonly string[]) => steps.includes('create-revision running');

  it('stopped between reading and changing, and told of nothing, it changes nothing when it goes on', async () => {
    for (const method of ['GetService', 'GetRevision']) {
      await replicas.workspace.lever('cloud/faults', { method, times: 100, delayMs: 900 });
    }
    const operation = await begun(isCreating);
    const read = operation.runner.calls();
    await until(
      async () => operation.runner.calls(),
      (begun) => begun > read,
    );
    process.kill(operation.pid, 'SIGSTOP');
    operation.runner.network.silence();
    const calls = operation.runner.calls();
    await replicas.workspace.clearFaults();
    const { after } = (await takenOver(operation.pid)) ?? { after: 0 };
    expect(after).toBeGreaterThanOrEqual(GONE_AFTER);
    process.kill(operation.pid, 'SIGCONT');
    await expectRightAndOnce(operation);
    const ended = operation.runner.ended();
    operation.runner.network.open();
    await ended;
    await expectNoMoreCalls(operation.runner, calls);
  });

  it('stopped in the middle of a change, what it had asked for is not done twice', async () => {
    const slow = { method: 'UpdateService', resource: 'api-staging', times: 1, delayMs: 9_000 };
    await replicas.workspace.lever('cloud/faults', slow);
    const operation = await begun(isCreating);
    await until(faults, (left) => left === 0);
    process.kill(operation.pid, 'SIGSTOP');
    const calls = operation.runner.calls();
    await takenOver(operation.pid);
    await expectRightAndOnce(operation);
    const ended = operation.runner.ended();
    process.kill(operation.pid, 'SIGCONT');
    await ended;
    await expectNoMoreCalls(operation.runner, calls);
  });

  async function faults(): Promise<number> {
    const response = await fetch(new URL('/playground/control/cloud', replicas.workspace.url));
    const { faults }: { faults: readonly object[] } = JSON.parse(await response.text());
    return faults.length;
  }

  it('behind a network that lets nothing through, it has stopped before another begins', async () => {
    await replicas.workspace.lever('cloud/operations', { hold: true });
    const operation = await begun(isCreating);
    operation.runner.network.silence();
    const { after } = (await takenOver(operation.pid)) ?? { after: 0 };
    expect(after).toBeGreaterThanOrEqual(GONE_AFTER);
    const calls = operation.runner.calls();
    await replicas.workspace.lever('cloud/operations', { hold: false });
    await expectRightAndOnce(operation);
    await expectNoMoreCalls(operation.runner, calls);
    const ended = operation.runner.ended();
    operation.runner.network.open();
    await ended;
    await expectNoMoreCalls(operation.runner, calls);
  });

  it('cut for a moment only, it goes on itself', async () => {
    await replicas.workspace.lever('cloud/operations', { hold: true });
    const operation = await begun(isCreating);
    operation.runner.network.cut();
    await replicas.workspace.lever('cloud/operations', { hold: false });
    await expectRightAndOnce(operation);
    expect(operation.runner.pid()).toBe(operation.pid);
  });

  it('stopped for a moment only, it goes on itself', async () => {
    await replicas.workspace.lever('cloud/operations', { hold: true });
    const operation = await begun(isCreating);
    process.kill(operation.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    process.kill(operation.pid, 'SIGCONT');
    await replicas.workspace.lever('cloud/operations', { hold: false });
    await expectRightAndOnce(operation);
    expect(operation.runner.pid()).toBe(operation.pid);
  });

  it.each([
    1, 2,
  ])('killed on a machine of its own, where its process tells nobody, it is taken over in time (%i)', async () => {
    await Promise.all(replicas.all.map((replica) => replicas.moveElsewhere(replica)));
    const operation = await begun(isCreating);
    const killedAt = await replicas.kill(operation.runner);
    const next = await until(
      () => replicas.operation(operation.id),
      ({ pid, takenUpAt }) => pid !== null && takenUpAt > killedAt,
    );
    console.log(`taken over ${Math.round(next.takenUpAt - killedAt)} ms after it was killed`);
    expect(next.takenUpAt - killedAt).toBeLessThanOrEqual(PROMISED);
    await expectRightAndOnce(operation);
  });
});
