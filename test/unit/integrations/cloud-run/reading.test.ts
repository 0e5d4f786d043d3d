import { expect, test } from 'vitest';
import {
  annotatedVersion,
  digestOf,
  ownContainer,
  readService,
  repositoryOf,
  taggedVersion,
  writeTraffic,
} from '../../../../integrations/cloud-run/reading.ts';

const DIGEST = `sha256:${'a'.repeat(64)}` as const;
const LATEST = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
const REVISION = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';

test('a service without traffic targets gives all to its latest ready revision', () => {
  const service = readService({ latestReadyRevision: 'projects/p/locations/l/services/api/revisions/api-2' });
  expect(service.entries).toEqual([{ latest: true, revision: 'api-2', percent: 100, tag: null }]);
});

test('a status that does not name its revision is that of the latest ready one', () => {
  const service = readService({
    latestReadyRevision: 'api-2',
    trafficStatuses: [
      { type: LATEST, percent: 90 },
      { type: REVISION, revision: 'api-1', percent: 10, tag: 'old', uri: 'https://old---api' },
    ],
  });
  expect(service.served).toEqual([
    { latest: true, revision: 'api-2', percent: 90, tag: null, url: null },
    { latest: false, revision: 'api-1', percent: 10, tag: 'old', url: 'https://old---api' },
  ]);
});

test('what is written is what was read', () => {
  const traffic = [
    { type: LATEST, percent: 90 },
    { type: REVISION, revision: 'api-1', percent: 10, tag: 'old' },
  ] as const;
  expect(writeTraffic(readService({ latestReadyRevision: 'api-2', traffic: [...traffic] }).entries)).toEqual(
    traffic,
  );
});

test.each([
  ['registry.example:5000/team/api:v1', 'registry.example:5000/team/api'],
  ['registry.example:5000/team/api', 'registry.example:5000/team/api'],
  [`registry.example/team/api@${DIGEST}`, 'registry.example/team/api'],
  [`registry.example/team/api:v1@${DIGEST}`, 'registry.example/team/api'],
])('the repository of %s is %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});

test('the container that runs the service’s image is its own; side-cars are not', () => {
  const api = { name: 'api', image: `r.example/api@${DIGEST}` };
  const proxy = { name: 'proxy', image: 'r.example/proxy:1', ports: [{ containerPort: 8080 }] };
  expect(ownContainer([proxy, api], 'r.example/api')).toBe(api);
  expect(ownContainer([proxy, { ...api, image: 'r.example/old:1' }], 'r.example/api')).toBe(proxy);
  expect(ownContainer([{ name: 'x' }, { name: 'y' }], 'r.example/api')).toBeNull();
  expect(ownContainer([{ name: 'x' }], 'r.example/api')).toEqual({ name: 'x' });
});

test('content is known only where the image is named by digest', () => {
  const byDigest = { containers: [{ image: `r.example/api@${DIGEST}` }] };
  const byTag = { containers: [{ image: 'r.example/api:v1.2.0' }] };
  expect(digestOf(byDigest, 'r.example/api')).toBe(DIGEST);
  expect(digestOf(byTag, 'r.example/api')).toBeNull();
  expect(taggedVersion(byTag, 'r.example/api')).toBe('v1.2.0');
  expect(taggedVersion(byDigest, 'r.example/api')).toBeNull();
});

test('a version that was copied to a revision with other content does not count', () => {
  const annotations = { 'slipway/version': 'v1.2.0', 'slipway/digest': DIGEST };
  expect(annotatedVersion({ annotations }, DIGEST)).toBe('v1.2.0');
  expect(annotatedVersion({ annotations }, `sha256:${'b'.repeat(64)}`)).toBeNull();
  expect(annotatedVersion({ annotations }, null)).toBeNull();
});
