import { describe, expect, test } from 'vitest';
import { creationTrouble, troubleOf, troubleText } from '../../../../integrations/kubernetes/trouble.ts';
import { eventOf, podWith } from './objects.ts';

const waiting = (reason: string, message = '') => ({ waiting: { reason, message } });

describe('what is wrong with a pod', () => {
  test('an image that cannot be pulled, in the runtime’s words', () => {
    const message = 'Back-off pulling image "r.example/api:v9": not found';
    const found = troubleOf(podWith({ state: waiting('ImagePullBackOff', message) }), []);
    expect(found).toMatchObject({
      reason: 'ImagePullBackOff',
      message: `api-1: ImagePullBackOff: ${message}`,
      log: null,
    });
  });

  test('a crash, by its exit code and restarts, with the lines of the run before', () => {
    const found = troubleOf(
      podWith({
        state: waiting('CrashLoopBackOff', 'back-off 40s restarting failed container'),
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        restarts: 4,
      }),
      [],
    );
    expect(found?.message).toBe('api-1: CrashLoopBackOff: api exited with 137 (OOMKilled), 4 restarts');
    expect(found?.log).toEqual({ container: 'api', previous: true });
  });

  test('a pod that no node takes, with the scheduler’s reason', () => {
    const message = '0/3 nodes are available: 3 Insufficient cpu.';
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
    const found = troubleOf(podWith({ status: { phase: 'Pending', conditions, containerStatuses: [] } }), []);
    expect(found?.message).toBe(`api-1: Unschedulable: no node takes it: ${message}`);
  });

  test('a probe that fails, by its event', () => {
    const said = 'Readiness probe failed: HTTP probe failed with statuscode: 503';
    const found = troubleOf(podWith({}), [
      eventOf('api-1', 'Unhealthy', said),
      eventOf('api-2', 'Unhealthy', 'x'),
    ]);
    expect(found?.message).toBe(`api-1: NotReady: ${said}`);
  });

  test('a container without what it is configured with', () => {
    const state = waiting('CreateContainerConfigError', 'secret "techassist-secrets" not found');
    expect(troubleOf(podWith({ state }), [])?.message).toContain('secret "techassist-secrets" not found');
  });

  test('an init container that keeps failing', () => {
    const failing = {
      name: 'wait',
      state: waiting('CrashLoopBackOff'),
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
      restartCount: 2,
    };
    const found = troubleOf(
      podWith({ state: waiting('PodInitializing'), status: { initContainerStatuses: [failing] } }),
      [],
    );
    expect(found?.message).toBe('api-1: CrashLoopBackOff: wait exited with 1, 2 restarts');
  });

  test('a pod that was evicted', () => {
    const status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' };
    expect(troubleOf(podWith({ status }), [])?.message).toBe(
      'api-1: Evicted: The node was low on resource: memory.',
    );
  });

  test.each([
    ['is ready', podWith({ ready: true })],
    ['only begins', podWith({ state: waiting('ContainerCreating') })],
    ['is not ready yet, and nothing has failed', podWith({})],
    [
      'ends',
      podWith({
        state: waiting('CrashLoopBackOff'),
        metadata: { deletionTimestamp: '2026-11-22T03:00:00Z' },
      }),
    ],
    [
      'has finished its init containers',
      podWith({
        status: {
          initContainerStatuses: [{ name: 'i', state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
        },
      }),
    ],
  ])('nothing when it %s', (_, pod) => {
    expect(troubleOf(pod, [])).toBeNull();
  });
});

test('the same trouble of several pods is told once', () => {
  const pods = ['api-1', 'api-2', 'api-3'].map((name) =>
    podWith({ name, state: waiting('ErrImagePull', 'not found') }),
  );
  const troubles = pods.map((pod) => troubleOf(pod, [])).filter((one) => one !== null);
  expect(troubleText(troubles)).toBe('api-1 and 2 more: ErrImagePull: not found');
});

test('pods that cannot even be made are told by the controller’s condition', () => {
  const message = 'pods "api-x" is forbidden: exceeded quota: compute';
  const told = (status: string) =>
    creationTrouble([
      { type: 'ReplicaFailure', status, reason: 'FailedCreate', message, lastUpdateTime: '' },
    ]);
  expect(told('True')).toContain(message);
  expect(told('False')).toBeNull();
});
