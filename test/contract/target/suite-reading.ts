import { expect, test } from 'vitest';
import { deployPlan, refusalOf, resolved } from './drive.ts';
import type { TargetWorld } from './world.ts';

/** Where artifacts are named by their content. */
export function describeContent(world: () => TargetWorld): void {
  test('is told to run the content itself', async () => {
    const artifact = await resolved(world().connect(), world().versions.good);
    expect(artifact.reference).toContain(artifact.digest);
  });

  test('resolves a digest that was published to itself, and refuses one that was not', async () => {
    const target = world().connect();
    const { digest } = await resolved(target, world().versions.good);
    expect((await resolved(target, digest)).digest).toBe(digest);
    const never = await target.resolve(`sha256:${'0'.repeat(64)}`);
    expect(refusalOf(never).code).toBe('unknown-version');
  });
}

export function describeReading(world: () => TargetWorld): void {
  test('resolves a version to an artifact that names its content', async () => {
    const { good } = world().versions;
    const artifact = await resolved(world().connect(), good);
    expect(artifact.version).toBe(good);
    expect(artifact.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  test('refuses an unknown version and offers the nearest', async () => {
    const { version, nearest } = world().versions.unknown;
    const refusal = refusalOf(await world().connect().resolve(version));
    expect(refusal).toMatchObject({ code: 'unknown-version', version });
    expect('nearest' in refusal && refusal.nearest).toContain(nearest);
  });

  test('knows what serves, by digest and by version', async () => {
    const target = world().connect();
    const [live, artifact] = await Promise.all([
      target.inspect(),
      resolved(target, world().versions.running),
    ]);
    const [share] = live.traffic.filter((one) => one.percent === 100);
    const serving = live.revisions.find((revision) => revision.name === share?.revision);
    expect(serving).toMatchObject({
      digest: artifact.digest,
      version: artifact.version,
      ready: { is: true },
    });
    expect(live.health.status).toBe('healthy');
  });

  test('plans the same twice, and changes nothing by planning', async () => {
    const target = world().connect();
    const first = await deployPlan(target, world().versions.good);
    const second = await deployPlan(world().connect(), world().versions.good);
    expect(second).toEqual(first);
    expect(first.from?.version).toBe(world().versions.running);
    expect(world().changes()).toBe(0);
  });

  test('refuses to deploy what serves already', async () => {
    const target = world().connect();
    const artifact = await resolved(target, world().versions.running);
    const outcome = await target.planDeploy({ live: await target.inspect(), artifact });
    expect(refusalOf(outcome).code).toBe('already-serving');
  });

  test('examines itself and finds nothing wrong', async () => {
    const findings = await world().connect().examine();
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter((finding) => !finding.ok)).toEqual([]);
  });
}
