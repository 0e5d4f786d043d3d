import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../../support/demo-config.ts';
import { type Replicas, startReplicas, type WatchedRun } from '../../support/replicas.ts';
import { type SeenMessage, says, type TestPerson } from '../../support/workspace.ts';

const OPEN = ['awaiting-approval', 'running'];
/** How long the others may take to carry on what a dead replica was doing. */
const TAKEOVER = 10_000;
const ROUNDS = 4;
const KILLS = 6;

describe.each(['socket', 'http'] as const)('three bots on one database, reached by %s', (reach) => {
  let replicas: Replicas;
  let ana: TestPerson;
  let bo: TestPerson;
  const count = { kills: 0, started: 0, right: 0, lost: 0, twice: 0 };
  beforeAll(async () => {
    replicas = await startReplicas(3, reach, quick);
    ana = replicas.workspace.person('ana');
    bo = replicas.workspace.person('bo');
  });
  afterEach(() => replicas.workspace.lever('duplicate', { copies: 1 }));
  afterAll(async () => {
    const { kills, started, right, lost, twice } = count;
    console.log(
      `${kills} kills; ${started} started, ${right} ended right, ${lost} lost, ${twice} done twice`,
    );
    await replicas.stop();
    expect({ lost, twice }).toEqual({ lost: 0, twice: 0 });
  });

  const isAbout = (id: string) => (message: SeenMessage) => !message.is_ephemeral && says(id)(message);

  async function begin(text: string): Promise<string> {
    count.started += 1;
    const known = new Set((await replicas.operations()).map(({ id }) => id));
    await ana.command('deploys', text);
    const deadline = Date.now() + 20_000;
    for (;;) {
      const begun = (await replicas.operations()).find(({ id }) => !known.has(id));
      if (begun !== undefined) return begun.id;
      if (Date.now() > deadline) throw new Error(`no operation came of ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function otherVersion(environment: string): Promise<string> {
    const { version } = await replicas.workspace.serving('api', environment);
    return version === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
  }

  async function until(
    id: string,
    wanted: (run: WatchedRun) => boolean,
    limit = 60_000,
  ): Promise<WatchedRun> {
    const deadline = Date.now() + limit;
    for (;;) {
      const run = await replicas.operation(id);
      if (wanted(run)) return run;
      if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(run)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async function expectRightAndOnce(id: string, environment: string, version: string, calls: number) {
    const { state } = await until(id, (run) => !OPEN.includes(run.state));
    if (state !== 'succeeded') count.lost += 1;
    expect(state).toBe('succeeded');
    expect(await replicas.workspace.serving('api', environment)).toMatchObject({ version });
    await ana.see('deploys', (message) => isAbout(id)(message) && says('Done')(message));
    expect((await ana.messages('deploys')).filter(isAbout(id))).toHaveLength(1);
    const changes = (await replicas.workspace.changesSince(calls)).map((call) =>
      JSON.stringify([call.method, call.resource, call.changed, call.trafficAfter]),
    );
    if (new Set(changes).size !== changes.length) count.twice += 1;
    expect(changes).toEqual([...new Set(changes)]);
    count.right += 1;
  }

  it.each([1, 3])('do each command once, when it is delivered %i times', async (copies) => {
    await replicas.workspace.lever('duplicate', { copies });
    for (let round = 0; round < ROUNDS; round += 1) {
      const calls = (await replicas.workspace.cloudCalls()).length;
      const version = await otherVersion('staging');
      const before = (await replicas.operations()).length;
      const id = await begin(`/deploy api ${version} staging`);
      await expectRightAndOnce(id, 'staging', version, calls);
      expect(await replicas.operations()).toHaveLength(before + 1);
    }
  });

  it('count each approval once, whichever of them hears of it', async () => {
    await replicas.workspace.lever('duplicate', { copies: 2 });
    for (let round = 0; round < ROUNDS; round += 1) {
      const calls = (await replicas.workspace.cloudCalls()).length;
      const version = await otherVersion('production');
      const id = await begin(`/deploy api ${version} production`);
      const { ts } = await ana.see('deploys', isAbout(id));
      await bo.react('deploys', ts, 'white_check_mark');
      await expectRightAndOnce(id, 'production', version, calls);
      const told = (await ana.thread('deploys', ts)).filter(says('approved ('));
      expect(told).toHaveLength(1);
    }
  });

  it('carry on what the one that was killed was doing, at every boundary', async () => {
    const killedAt = new Set<string>();
    for (let round = 0; round < KILLS; round += 1) {
      const calls = (await replicas.workspace.cloudCalls()).length;
      const version = await otherVersion('staging');
      const id = await begin(`/deploy api ${version} staging`);
      const at = await until(id, (run) => !OPEN.includes(run.state) || !killedAt.has(boundaryOf(run)));
      killedAt.add(boundaryOf(at));
      await killRunner(id);
      await expectRightAndOnce(id, 'staging', version, calls);
    }
    console.log(`killed at: ${[...killedAt].join(' | ')}`);
    expect(killedAt.size).toBeGreaterThan(3);
  });

  /** Kills whoever runs it and waits until another does, or it has ended. */
  async function killRunner(id: string): Promise<void> {
    const { pid, executorId } = await until(id, (run) => run.pid !== null || !OPEN.includes(run.state));
    const runner = replicas.withPid(pid);
    if (runner === undefined) return;
    count.kills += 1;
    const replaced = runner.replace();
    await until(
      id,
      (run) => !OPEN.includes(run.state) || (run.executorId !== null && run.executorId !== executorId),
      TAKEOVER,
    );
    await replaced;
  }

  it('leave to the others what one was doing that was stopped and cut off, which does nothing more', async () => {
    const calls = (await replicas.workspace.cloudCalls()).length;
    const version = await otherVersion('staging');
    const id = await begin(`/deploy api ${version} staging`);
    const run = await until(id, ({ pid, state }) => state === 'running' && pid !== null);
    const runner = replicas.withPid(run.pid);
    if (runner === undefined || run.pid === null) throw new Error('nobody runs it');
    process.kill(run.pid, 'SIGSTOP');
    expect(await replicas.cutOff(runner)).toBeGreaterThan(0);
    await until(id, ({ executorId }) => executorId !== null && executorId !== run.executorId, TAKEOVER);
    await expectRightAndOnce(id, 'staging', version, calls);
    const done = (await replicas.workspace.cloudCalls()).length;
    process.kill(run.pid, 'SIGCONT');
    expect(await runner.process().exited).not.toBe(null);
    expect(await replicas.workspace.changesSince(done)).toEqual([]);
    await runner.replace();
    expect(count.kills).toBeGreaterThan(3);
  });
});

function boundaryOf({ state, steps }: WatchedRun): string {
  return [state, ...steps.filter((step) => !step.endsWith('pending'))].join(', ');
}
