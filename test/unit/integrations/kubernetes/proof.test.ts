import { expect, test } from 'vitest';
import { proofOf, runningDigest } from '../../../../integrations/kubernetes/proof.ts';
import { digestOf, podWith } from './objects.ts';

const approved = digestOf('a');
const ready = (name: string, digest: string) =>
  podWith({ name, ready: true, imageID: `r.example/api@${digest}` });

test('is proven when as many pods as there should be are ready, and each shows the approved digest', () => {
  const pods = [ready('api-1', approved), ready('api-2', approved)];
  expect(proofOf({ pods, container: 'api', accepted: [approved], desired: 2 })).toEqual({
    proven: true,
    pods: 2,
  });
});

test('is wrong as soon as one ready pod runs something else', () => {
  const pods = [ready('api-1', approved), ready('api-2', digestOf('b'))];
  expect(proofOf({ pods, container: 'api', accepted: [approved], desired: 2 })).toEqual({
    proven: false,
    wrong: true,
    why: 'api-2 runs bbbbbbbbbbbb',
  });
});

test('takes the digest of a platform’s manifest where it is one of those that were approved', () => {
  const pods = [ready('api-1', digestOf('b'))];
  const accepted = [approved, digestOf('b')];
  expect(proofOf({ pods, container: 'api', accepted, desired: 1 }).proven).toBe(true);
});

test('fails closed: too few ready pods, no pods, and pods that say nothing are no proof', () => {
  const silent = podWith({ ready: true, imageID: '' });
  const of = { container: 'api', accepted: [approved] };
  expect(proofOf({ ...of, pods: [ready('api-1', approved)], desired: 2 })).toMatchObject({
    proven: false,
    wrong: false,
  });
  expect(proofOf({ ...of, pods: [], desired: 1 }).proven).toBe(false);
  expect(proofOf({ ...of, pods: [silent], desired: 1 })).toMatchObject({ proven: false, wrong: false });
});

test('does not count pods that end', () => {
  const ending = podWith({
    ready: true,
    imageID: `r.example/api@${digestOf('b')}`,
    metadata: { deletionTimestamp: '2026-11-22T03:00:00Z' },
  });
  const pods = [ending, ready('api-2', approved)];
  expect(proofOf({ pods, container: 'api', accepted: [approved], desired: 1 }).proven).toBe(true);
});

test.each([
  [`r.example/api@${approved}`, approved],
  [`docker-pullable://r.example/api@${approved}`, approved],
  [approved, null],
  ['', null],
  ['r.example/api:v1', null],
])('reads what a runtime says: %s', (imageID, digest) => {
  expect(runningDigest(podWith({ imageID }), 'api')).toBe(digest);
});

test('asks the container that was deployed, not another one in the pod', () => {
  expect(runningDigest(podWith({ imageID: `r.example/api@${approved}` }), 'proxy')).toBeNull();
});
