import { describe, expect, test } from 'vitest';
import { exceededAt, rolloutState } from '../../../../integrations/kubernetes/rollout.ts';
import { workloadWith } from './objects.ts';

const complete = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };

describe('a Deployment is rolled out by the rules of kubectl rollout status', () => {
  test.each([
    ['waits until its controller has seen the change', { generation: 3, status: complete }, 'not seen'],
    ['waits for new pods', { status: { ...complete, updatedReplicas: 1 } }, '1 of 3 pods are new'],
    ['waits for old pods to end', { status: { ...complete, replicas: 4 } }, '1 old pod has yet to end'],
    ['waits for pods to be available', { status: { ...complete, availableReplicas: 2 } }, '2 of 3 new pods'],
  ])('%s', (_, of, words) => {
    const { state, message } = rolloutState('deployment', workloadWith(of));
    expect(state).toBe('waiting');
    expect(message).toContain(words);
  });

  test('is done when all pods are new, available and alone', () => {
    expect(rolloutState('deployment', workloadWith({ status: complete })).state).toBe('done');
  });

  describe('when a deadline was exceeded', () => {
    const exceeded = (at: string) => [
      { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastUpdateTime: at },
    ];
    const standing = { ...complete, updatedReplicas: 1, conditions: exceeded('03:10:00') };

    test('it has failed', () => {
      const state = rolloutState(
        'deployment',
        workloadWith({ spec: { progressDeadlineSeconds: 30 }, status: standing }),
      );
      expect(state).toEqual({ state: 'failed', message: expect.stringContaining('30 s') });
    });

    test('it has not while its controller has yet to see the change', () => {
      const of = { generation: 3, status: standing };
      expect(rolloutState('deployment', workloadWith(of)).state).toBe('waiting');
    });

    test('by an earlier rollout, it has not; by this one too, it has', () => {
      const earlier = exceededAt(workloadWith({ status: standing }));
      expect(rolloutState('deployment', workloadWith({ status: standing }), earlier).state).toBe('waiting');
      const own = workloadWith({ status: { ...standing, conditions: exceeded('03:10:07') } });
      expect(rolloutState('deployment', own, earlier).state).toBe('failed');
    });

    test('and all its pods are new and available, it is done', () => {
      const of = { status: { ...complete, conditions: exceeded('03:10:00') } };
      expect(rolloutState('deployment', workloadWith(of)).state).toBe('done');
    });
  });

  test('is paused, not waiting, when somebody has paused it', () => {
    expect(rolloutState('deployment', workloadWith({ spec: { paused: true } })).state).toBe('paused');
  });
});

describe('a StatefulSet', () => {
  const revisions = { currentRevision: 'api-1', updateRevision: 'api-2' };

  test('waits for its new pods, then for their readiness', () => {
    const one = workloadWith({ status: { ...revisions, updatedReplicas: 1, readyReplicas: 3 } });
    expect(rolloutState('statefulset', one)).toMatchObject({ message: '1 of 3 pods are new' });
    const two = workloadWith({ status: { ...revisions, updatedReplicas: 3, readyReplicas: 2 } });
    expect(rolloutState('statefulset', two)).toMatchObject({ message: '2 of 3 pods are ready' });
  });

  test('is not done before its controller calls the new revision current', () => {
    const all = { updatedReplicas: 3, readyReplicas: 3 };
    expect(rolloutState('statefulset', workloadWith({ status: { ...revisions, ...all } })).state).toBe(
      'waiting',
    );
    const settled = { currentRevision: 'api-2', updateRevision: 'api-2', ...all };
    expect(rolloutState('statefulset', workloadWith({ status: settled })).state).toBe('done');
  });

  test('is done although its controller forgets how many pods it updated', () => {
    const status = { currentRevision: 'api-2', updateRevision: 'api-2', readyReplicas: 3 };
    expect(rolloutState('statefulset', workloadWith({ status })).state).toBe('done');
  });

  test('that nobody has seen yet is waited for', () => {
    expect(rolloutState('statefulset', workloadWith({ status: { observedGeneration: 0 } })).state).toBe(
      'waiting',
    );
  });
});

describe('a DaemonSet', () => {
  test.each([
    [{ updatedNumberScheduled: 1, numberAvailable: 3 }, 'waiting'],
    [{ updatedNumberScheduled: 3, numberAvailable: 2 }, 'waiting'],
    [{ updatedNumberScheduled: 3, numberAvailable: 3 }, 'done'],
  ])('counts nodes: %j is %s', (status, state) => {
    const found = workloadWith({ status: { desiredNumberScheduled: 3, ...status } });
    expect(rolloutState('daemonset', found).state).toBe(state);
  });
});
