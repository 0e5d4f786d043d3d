import { describe, expect, test } from 'vitest';
import {
  fromReplicaSets,
  ownMarks,
  revisionDigest,
  selectorText,
} from '../../../../integrations/kubernetes/history.ts';
import { replicaSet } from '../../../../integrations/kubernetes/objects.ts';
import { lastGood } from '../../../../integrations/kubernetes/rollback.ts';
import { sharesOf } from '../../../../integrations/kubernetes/shares.ts';
import { digestOf, podWith, templateOf, workloadWith } from './objects.ts';

interface Made {
  readonly number: number;
  readonly letter: string;
  readonly env?: string;
  readonly marked?: string;
}

/** A ReplicaSet as the Deployment's controller keeps it. */
function setOf({ number, letter, env = '', marked }: Made) {
  const marks =
    marked === undefined
      ? {}
      : { 'slipway/operation': 'op', 'slipway/version': 'v', 'slipway/digest': digestOf(marked) };
  return replicaSet.parse({
    metadata: {
      name: `api-${number}`,
      uid: `rs-${number}`,
      resourceVersion: '1',
      creationTimestamp: '2026-11-22T03:00:00Z',
      annotations: { 'deployment.kubernetes.io/revision': String(number), ...marks },
      ownerReferences: [{ kind: 'Deployment', name: 'api', uid: 'u-1', controller: true }],
    },
    spec: { replicas: 0, template: templateOf(`r.example/api@${digestOf(letter)}`, { hostname: env }) },
  });
}

function historyOf(...made: readonly Made[]) {
  return fromReplicaSets(workloadWith({}), made.map(setOf), []);
}

const container = 'api';

describe('the last revision that served well', () => {
  test('is the newest before the present one whose content was proven', () => {
    const [current, ...others] = historyOf(
      { number: 4, letter: 'd', marked: 'd' },
      { number: 3, letter: 'c', marked: 'c' },
      { number: 2, letter: 'b', marked: 'b' },
      { number: 1, letter: 'a' },
    );
    if (current === undefined) throw new Error('there is one');
    const revisions = [current, ...others];
    expect(lastGood({ revisions, current, good: [digestOf('b')], container })?.number).toBe(2);
    expect(lastGood({ revisions, current, good: [], container })?.number).toBe(1);
  });

  test('may have the same content under other settings', () => {
    const revisions = historyOf({ number: 2, letter: 'a', env: 'new' }, { number: 1, letter: 'a' });
    const [current] = revisions;
    if (current === undefined) throw new Error('there is one');
    expect(lastGood({ revisions, current, good: [digestOf('a')], container })?.number).toBe(1);
  });

  test('is none where all before was made by us and never proven', () => {
    const revisions = historyOf({ number: 2, letter: 'b' }, { number: 1, letter: 'a', marked: 'a' });
    const [current] = revisions;
    if (current === undefined) throw new Error('there is one');
    expect(lastGood({ revisions, current, good: [], container })).toBeNull();
  });
});

test('what we wrote on a workload does not count for what somebody else made of it', () => {
  const [theirs, ours] = historyOf(
    { number: 2, letter: 'b', marked: 'a' },
    { number: 1, letter: 'a', marked: 'a' },
  );
  expect(theirs && ownMarks(theirs, container)).toBeNull();
  expect(ours && ownMarks(ours, container)).toEqual({ operation: 'op', version: 'v' });
});

test('a revision by tag has the content that its pods agree on, and none when they do not', () => {
  const [kept] = historyOf({ number: 1, letter: 'a' });
  if (kept === undefined) throw new Error('there is one');
  const runs = (letter: string) => podWith({ ready: true, imageID: `r.example/api@${digestOf(letter)}` });
  const tagged = { ...kept, template: templateOf('r.example/api:v1') };
  expect(revisionDigest({ ...tagged, pods: [runs('a'), runs('a')] }, container)).toBe(digestOf('a'));
  expect(revisionDigest({ ...tagged, pods: [runs('a'), runs('b')] }, container)).toBeNull();
  expect(revisionDigest({ ...tagged, pods: [] }, container)).toBeNull();
});

test('shares are whole percents of 100', () => {
  const weights = [1, 1, 1, 0].map((weight, index) => ({ name: `r${index}`, weight }));
  expect(sharesOf(weights).map(({ percent }) => percent)).toEqual([34, 33, 33]);
  expect(sharesOf([{ name: 'r', weight: 0 }])).toEqual([]);
});

test('selectors are spelled as the API takes them', () => {
  const selector = {
    matchLabels: { app: 'api' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['web', 'edge'] },
      { key: 'old', operator: 'DoesNotExist' },
      { key: 'new', operator: 'Exists' },
      { key: 'zone', operator: 'NotIn', values: ['x'] },
    ],
  };
  expect(selectorText(workloadWith({ spec: { selector } }))).toBe(
    'app=api,tier in (web,edge),!old,new,zone notin (x)',
  );
});
