import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageTagOf, sourceOfImageTag } from '../../../../src/operations/source/image-tag.ts';

const COMMIT = '3f2a90c1b7de3f2a90c1b7de3f2a90c1b7de3f2a';
const tag = { kind: 'tag', name: 'v1.2.0', commit: COMMIT } as const;
const branch = { kind: 'branch', name: 'main', commit: COMMIT } as const;

describe('the image tag of a version', () => {
  it.each([
    ['{version}', 'v1.2.0'],
    ['{tag}', 'v1.2.0'],
    ['{sha}', COMMIT],
    ['build-{sha7}', 'build-3f2a90c'],
    ['{sha7}-prod', '3f2a90c-prod'],
  ])('by %s is %s', (pattern, wanted) => {
    expect(imageTagOf(pattern, { typed: 'v1.2.0', ref: tag, tag: null })).toBe(wanted);
  });

  it('by {tag} is that of the commit’s own tag where a branch was typed, and none without', () => {
    expect(imageTagOf('{tag}', { typed: 'main', ref: branch, tag: 'v1.2.0' })).toBe('v1.2.0');
    expect(imageTagOf('{tag}', { typed: 'main', ref: branch, tag: null })).toBeNull();
  });

  it('leads back to what it was made from', () => {
    const around = fc.stringMatching(/^[a-z.-]{0,8}$/);
    fc.assert(
      fc.property(
        around,
        around,
        fc.constantFrom('{tag}', '{sha}', '{sha7}'),
        (before, after, placeholder) => {
          const pattern = `${before}${placeholder}${after}`;
          const made = imageTagOf(pattern, { typed: 'x', ref: tag, tag: null }) ?? '';
          const source = sourceOfImageTag(pattern, made);
          expect(placeholder === '{tag}' ? source === 'v1.2.0' : COMMIT.startsWith(source ?? '-')).toBe(true);
        },
      ),
    );
  });

  it('of another pattern leads nowhere', () => {
    expect(sourceOfImageTag('build-{sha7}', 'v1.2.0')).toBeNull();
    expect(sourceOfImageTag('{sha7}', 'latest')).toBeNull();
    expect(sourceOfImageTag('build-{sha7}', 'build-')).toBeNull();
  });
});
