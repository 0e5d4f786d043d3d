import { describe, expect, test } from 'vitest';
import {
  containerOf,
  namedDigest,
  namedTag,
  plainTemplate,
  repositoryOf,
  templateHash,
  withImage,
} from '../../../../integrations/kubernetes/template.ts';
import { digestOf, templateOf } from './objects.ts';

describe('a template is known by what it says', () => {
  const template = templateOf('r.example/api:v1');

  test('the same under another order of keys, and with what is not set spelled or not', () => {
    const { spec, metadata } = template;
    const same = {
      spec: { ...spec, securityContext: {}, nodeName: null },
      metadata: { ...metadata, creationTimestamp: null },
    };
    expect(templateHash(same)).toBe(templateHash(template));
  });

  test('the same as a ReplicaSet and a ControllerRevision keep it', () => {
    const labels = { ...template.metadata.labels, 'pod-template-hash': '5d9c7b8f6' };
    const kept = { ...template, metadata: { ...template.metadata, labels }, $patch: 'replace' };
    expect(templateHash(kept)).toBe(templateHash(template));
    expect(plainTemplate(kept)).toEqual(template);
  });

  test('another one with another image, another variable, another annotation', () => {
    const others = [
      withImage(template, 'api', 'r.example/api:v2'),
      templateOf('r.example/api:v1', { hostNetwork: true }),
      { ...template, metadata: { ...template.metadata, annotations: { restartedAt: 'now' } } },
    ];
    const hashes = new Set([template, ...others].map(templateHash));
    expect(hashes.size).toBe(4);
  });
});

test('an image is set in the container that is named, and nowhere else', () => {
  const changed = withImage(templateOf('r.example/api:v1'), 'api', 'r.example/api:v2');
  expect(changed).toEqual(templateOf('r.example/api:v2'));
  expect(containerOf(changed, 'proxy')).toEqual({ index: 1, image: 'p:1' });
  expect(containerOf(changed, 'gone')).toBeNull();
});

test.each([
  ['registry.example:5000/team/api:v1.2', 'registry.example:5000/team/api', 'v1.2', null],
  [`registry.example:5000/team/api@${digestOf('a')}`, 'registry.example:5000/team/api', null, digestOf('a')],
  [`api:v1@${digestOf('a')}`, 'api', 'v1', digestOf('a')],
  ['registry.example:5000/team/api', 'registry.example:5000/team/api', null, null],
])('reads the name of an image: %s', (image, repository, tag, digest) => {
  expect([repositoryOf(image), namedTag(image), namedDigest(image)]).toEqual([repository, tag, digest]);
});
