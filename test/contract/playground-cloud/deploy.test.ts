import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import {
  conditionOf,
  deployTagged,
  getJson,
  image,
  latest,
  pinned,
  production,
  serviceUrl,
  shift,
  staging,
  startConnected,
  tagUri,
} from './demo.ts';

const first = 'api-production-00001-one';

describe('a deployment by the official client', () => {
  test('creates a revision without traffic, reachable by its tag, and then moves traffic to it', async () => {
    const { cloud, services } = await startConnected();
    const to = { name: production, revision: 'api-production-next', version: 'v1.1.0', tag: 'next' };

    const deployed = await deployTagged({ cloud, services }, to);
    expect(await getJson(tagUri(deployed, 'next'))).toMatchObject({
      revision: to.revision,
      version: 'v1.1.0',
    });
    expect(await getJson(serviceUrl(cloud, production))).toMatchObject({
      revision: first,
      version: 'v1.0.0',
    });

    const shifted = await shift(services, production, [pinned(to.revision, 100)]);
    expect(await getJson(serviceUrl(cloud, production))).toMatchObject({
      service: 'api-production',
      revision: to.revision,
      version: 'v1.1.0',
      image: expect.stringMatching(/\/demo\/api@sha256:[0-9a-f]{64}$/),
    });
    expect(shifted.uri).toBe(serviceUrl(cloud, production));
  });

  test('answers at once and reports the change as it goes', async () => {
    const { cloud, services } = await startConnected();
    const [operation] = await services.updateService({
      service: { name: staging, template: { containers: [{ image: image(cloud, 'v1.1.0') }] } },
      updateMask: { paths: ['template'] },
    });
    const [during] = await services.getService({ name: staging });
    expect(during).toMatchObject({ reconciling: true, generation: '2', observedGeneration: '1' });
    expect(during.latestCreatedRevision).not.toBe(during.latestReadyRevision);

    await operation.promise();
    const [after] = await services.getService({ name: staging });
    expect(after).toMatchObject({ reconciling: false, generation: '2', observedGeneration: '2' });
    expect(after.latestCreatedRevision).toBe(after.latestReadyRevision);
    expect(after.terminalCondition).toMatchObject({ type: 'Ready', state: 'CONDITION_SUCCEEDED' });
  });

  test('names a revision that came without a name after its service, its count and three letters', async () => {
    const { cloud, services } = await startConnected();
    const [operation] = await services.updateService({
      service: { name: staging, template: { containers: [{ image: image(cloud, 'v1.1.0') }] } },
      updateMask: { paths: ['template.containers'] },
    });
    const [service] = await operation.promise();
    expect(service.latestReadyRevision).toMatch(/\/revisions\/api-staging-00002-[a-z0-9]{3}$/);
    expect(await getJson(serviceUrl(cloud, staging))).toMatchObject({ version: 'v1.1.0' });
  });

  test('leaves traffic where it is pinned although the deployment succeeds', async () => {
    const { cloud, services } = await startConnected();
    const [operation] = await services.updateService({
      service: { name: production, template: { containers: [{ image: image(cloud, 'v1.1.0') }] } },
      updateMask: { paths: ['template'] },
    });
    await operation.promise();
    const [service] = await services.getService({ name: production });
    expect(service.terminalCondition?.state).toBe('CONDITION_SUCCEEDED');
    expect(await getJson(serviceUrl(cloud, production))).toMatchObject({ version: 'v1.0.0' });
  });

  test('does not name the revision in the status of a target that follows the latest one', async () => {
    const { services } = await startConnected();
    const [service] = await services.getService({ name: staging });
    expect(service.trafficStatuses).toMatchObject([
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100, revision: '', uri: '' },
    ]);
  });

  test('gives the revision the digest that its tag had then, even after the tag has moved', async () => {
    const { cloud, services, revisions } = await startConnected();
    const to = { name: production, revision: 'api-production-tagged', version: 'v1.1.0', tag: 'next' };
    const deployed = await deployTagged({ cloud, services }, to);
    cloud.moveTag({ repository: 'demo/api', tag: 'v1.1.0', to: 'v1.2.0' });

    expect(await getJson(tagUri(deployed, 'next'))).toMatchObject({ version: 'v1.1.0' });
    const [revision] = await revisions.getRevision({ name: `${production}/revisions/${to.revision}` });
    expect(revision.containers?.[0]?.image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });
});

describe('a version that never listens', () => {
  test("fails its operation, its revision and its service with Cloud Run's reason, and traffic stays", async () => {
    const { cloud, services, revisions } = await startConnected();
    const to = { name: production, revision: 'api-production-broken', version: 'v1.3.0-broken', tag: 'next' };

    const failing = deployTagged({ cloud, services }, to);
    await expect(failing).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      message: expect.stringContaining(`Revision '${to.revision}' is not ready and cannot serve traffic.`),
    });

    const [revision] = await revisions.getRevision({ name: `${production}/revisions/${to.revision}` });
    expect(conditionOf(revision, 'Ready')).toMatchObject({
      state: 'CONDITION_FAILED',
      revisionReason: 'HEALTH_CHECK_CONTAINER_ERROR',
      message: expect.stringContaining('failed to start and listen on the port'),
    });
    const [service] = await services.getService({ name: production });
    expect(service.terminalCondition).toMatchObject({ state: 'CONDITION_FAILED' });
    expect(service.latestReadyRevision).toBe(`${production}/revisions/${first}`);
    expect(service.trafficStatuses).toMatchObject([{ revision: first, percent: 100 }]);
    expect(await getJson(serviceUrl(cloud, production))).toMatchObject({ version: 'v1.0.0' });
  });

  test('can be left behind by a change of traffic alone', async () => {
    const { cloud, services } = await startConnected();
    const to = { name: production, revision: 'api-production-broken', version: 'v1.3.0-broken', tag: 'next' };
    await expect(deployTagged({ cloud, services }, to)).rejects.toThrow('not ready');

    const restored = await shift(services, production, [pinned(first, 100)]);
    expect(restored).toMatchObject({
      reconciling: false,
      trafficStatuses: [{ revision: first, percent: 100 }],
    });
  });

  test('is not served when traffic is sent to it', async () => {
    const { cloud, services } = await startConnected();
    const to = { name: staging, revision: 'api-staging-broken', version: 'v1.3.0-broken', tag: 'next' };
    await expect(deployTagged({ cloud, services }, to)).rejects.toThrow('not ready');

    const shifting = shift(services, staging, [pinned(to.revision, 100)]);
    await expect(shifting).rejects.toThrow(
      `Revision '${to.revision}' is not ready and cannot serve traffic.`,
    );
    const [service] = await services.getService({ name: staging });
    expect(conditionOf(service, 'RoutesReady')).toMatchObject({ state: 'CONDITION_FAILED' });
    expect(await getJson(serviceUrl(cloud, staging))).toMatchObject({ version: 'v1.0.0' });
  });

  test('repeated as it was, fails again without another revision', async () => {
    const { cloud, services, revisions } = await startConnected();
    const template = {
      revision: 'api-staging-broken',
      containers: [{ image: image(cloud, 'v1.3.0-broken') }],
    };
    const request = { service: { name: staging, template }, updateMask: { paths: ['template'] } };
    const [once] = await services.updateService(request);
    await expect(once.promise()).rejects.toThrow('not ready');
    const [again] = await services.updateService(request);
    await expect(again.promise()).rejects.toThrow('not ready');
    const [all] = await revisions.listRevisions({ parent: staging });
    expect(all).toHaveLength(2);
  });
});

describe('an image that is not there', () => {
  test('fails the operation with NOT_FOUND', async () => {
    const { cloud, services } = await startConnected();
    const to = { name: production, revision: 'api-production-none', version: 'v9.9.9', tag: 'next' };
    await expect(deployTagged({ cloud, services }, to)).rejects.toMatchObject({
      code: status.NOT_FOUND,
      message: expect.stringContaining("/demo/api:v9.9.9' not found."),
    });
  });
});

describe('an update', () => {
  test('with the etag of an older state is refused with ABORTED', async () => {
    const { services } = await startConnected();
    const [before] = await services.getService({ name: staging });
    await shift(services, staging, [pinned('api-staging-00001-one', 100)]);
    const service = { name: staging, etag: before.etag ?? '', traffic: [latest(100)] };
    const updating = services.updateService({ service, updateMask: { paths: ['traffic'] } });
    await expect(updating).rejects.toMatchObject({
      code: status.ABORTED,
      message: expect.stringContaining("Conflict for resource 'api-staging'"),
    });
  });

  test('with the current etag is accepted', async () => {
    const { services } = await startConnected();
    const [before] = await services.getService({ name: staging });
    const service = {
      name: staging,
      etag: before.etag ?? '',
      traffic: [pinned('api-staging-00001-one', 100)],
    };
    const [operation] = await services.updateService({ service, updateMask: { paths: ['traffic'] } });
    const [after] = await operation.promise();
    expect(after.etag).not.toBe(before.etag);
  });

  test('that sends back what was read changes nothing', async () => {
    const { cloud, services } = await startConnected();
    const [read] = await services.getService({ name: staging });
    const [operation] = await services.updateService({ service: read });
    await operation.promise();
    const [after] = await services.getService({ name: staging });
    expect(after.generation).toBe('1');
    expect(cloud.calls()).toMatchObject([{ method: 'UpdateService', effect: 'no-op', changed: [] }]);
  });

  test('that names a revision that exists otherwise is refused with ALREADY_EXISTS', async () => {
    const { cloud, services } = await startConnected();
    const template = { revision: first, containers: [{ image: image(cloud, 'v1.2.0') }] };
    const updating = services.updateService({
      service: { name: production, template },
      updateMask: { paths: ['template'] },
    });
    await expect(updating).rejects.toMatchObject({
      code: status.ALREADY_EXISTS,
      message: expect.stringContaining(
        `Revision named '${first}' with different configuration already exists.`,
      ),
    });
  });

  test('only to be validated changes nothing', async () => {
    const { cloud, services } = await startConnected();
    const [operation] = await services.updateService({
      service: { name: staging, traffic: [pinned('api-staging-00001-one', 100)] },
      updateMask: { paths: ['traffic'] },
      validateOnly: true,
    });
    expect(operation.done).toBe(true);
    const [after] = await services.getService({ name: staging });
    expect(after).toMatchObject({ generation: '1', traffic: [{ revision: '' }] });
    expect(cloud.calls()).toHaveLength(0);
  });

  test('to a revision that does not exist fails and leaves traffic as it was', async () => {
    const { cloud, services } = await startConnected();
    await expect(shift(services, staging, [pinned('api-staging-00099-xyz', 100)])).rejects.toThrow(
      "Revision 'api-staging-00099-xyz' does not exist or is deleted.",
    );
    expect(await getJson(serviceUrl(cloud, staging))).toMatchObject({ version: 'v1.0.0' });
  });

  test.each([
    ['percentages that do not add up', [latest(90)], 'add up to 100 but add up to 90'],
    [
      'a tag used twice',
      [pinned(first, 100, 'a'), pinned(first, 0, 'a')],
      "the tag 'a' is used more than once",
    ],
    ['a revision by its full name', [pinned(`${production}/revisions/${first}`, 100)], 'short name'],
    ['a target of type REVISION without one', [pinned('', 100)], 'must name its revision'],
    ['a target without a type', [{ percent: 100 }], 'type'],
  ])('with %s is refused with INVALID_ARGUMENT', async (_case, traffic, reason) => {
    const { services } = await startConnected();
    await expect(shift(services, production, traffic)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: expect.stringContaining(reason),
    });
  });

  test.each([
    [
      'a revision not named after its service',
      { template: { revision: 'other-1', containers: [{ image: 'x' }] } },
    ],
    ['no container', { template: { containers: [] } }],
  ])('with %s is refused with INVALID_ARGUMENT', async (_case, service) => {
    const { services } = await startConnected();
    const request = { service: { name: staging, ...service }, updateMask: { paths: ['template'] } };
    await expect(services.updateService(request)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });

  test('with a mask that names no field that can be updated is refused with INVALID_ARGUMENT', async () => {
    const { services } = await startConnected();
    const request = { service: { name: staging }, updateMask: { paths: ['latest_ready_revision'] } };
    await expect(services.updateService(request)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: expect.stringContaining('latest_ready_revision'),
    });
  });

  test('of two that overlap, the later one decides about traffic', async () => {
    const { cloud, services } = await startConnected();
    const template = { containers: [{ image: image(cloud, 'v1.1.0') }] };
    const [deploying] = await services.updateService({
      service: { name: staging, template },
      updateMask: { paths: ['template'] },
    });
    const [pinning] = await services.updateService({
      service: { name: staging, traffic: [pinned('api-staging-00001-one', 100)] },
      updateMask: { paths: ['traffic'] },
    });
    await Promise.all([deploying.promise(), pinning.promise()]);
    expect(await getJson(serviceUrl(cloud, staging))).toMatchObject({ version: 'v1.0.0' });
  });
});

describe('services and revisions', () => {
  test('are created, listed by pages and deleted', async () => {
    const { cloud, services, revisions } = await startConnected();
    const parent = 'projects/demo/locations/local';
    const template = { containers: [{ image: image(cloud, 'v1.2.0') }] };
    const [creating] = await services.createService({ parent, serviceId: 'extra', service: { template } });
    const [created] = await creating.promise();
    expect(await getJson(created.uri ?? '')).toMatchObject({ service: 'extra', version: 'v1.2.0' });

    const [page, , response] = await services.listServices({ parent, pageSize: 2 }, { autoPaginate: false });
    expect(page).toHaveLength(2);
    expect(response?.nextPageToken).not.toBe('');
    const [all] = await services.listServices({ parent });
    expect(all).toHaveLength(5);

    const [deleting] = await services.deleteService({ name: `${parent}/services/extra` });
    await deleting.promise();
    await expect(services.getService({ name: `${parent}/services/extra` })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    await expect(revisions.listRevisions({ parent: `${parent}/services/extra` })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  test('a revision that serves, or is the latest, cannot be deleted; another one can', async () => {
    const { cloud, services, revisions } = await startConnected();
    const to = { name: production, revision: 'api-production-next', version: 'v1.1.0', tag: 'next' };
    await deployTagged({ cloud, services }, to);
    const named = (id: string) => ({ name: `${production}/revisions/${id}` });
    await expect(revisions.deleteRevision(named(first))).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
    await expect(revisions.deleteRevision(named(to.revision))).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });

    await shift(services, production, [latest(100)]);
    const [deleting] = await revisions.deleteRevision(named(first));
    await deleting.promise();
    await expect(revisions.getRevision(named(first))).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  test('a tag that was taken away leads nowhere', async () => {
    const { cloud, services } = await startConnected();
    const to = { name: production, revision: 'api-production-next', version: 'v1.1.0', tag: 'next' };
    const uri = tagUri(await deployTagged({ cloud, services }, to), 'next');
    await shift(services, production, [pinned(first, 100)]);
    await expect
      .poll(() =>
        fetch(uri).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      .toBe('refused');
  });
});
