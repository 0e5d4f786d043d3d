import { describe, expect, it } from 'vitest';
import type { LocalImage, ProjectReading } from '../../../../integrations/compose/project.ts';
import { removable } from '../../../../integrations/compose/steps/tidy.ts';
import type { Digest } from '../../../../src/domain/artifact.ts';

const IMAGE = 'registry.example/shop';
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}`;

/** An image that was deployed by a project, with its version's tag. */
function deployed(letter: string, project = 'shop'): readonly LocalImage[] {
  const of = (tag: string) => ({ repository: IMAGE, tag, digest: digest(letter), id: `id-${letter}` });
  return [of(`v-${letter}`), of(`slipway-${project}-${letter.repeat(12)}`)];
}

function reading(letters: string, images: readonly LocalImage[], running: string): ProjectReading {
  const entries = [...letters].map((letter) => ({
    version: `v-${letter}`,
    digests: { web: digest(letter) },
    at: '2026-11-22T00:00:00Z',
    operation: `op-${letter}`,
  }));
  const container = { service: 'web', id: 'c', name: 'shop_web_1', imageId: `id-${running}`, digests: [] };
  return {
    images,
    environment: null,
    journal: JSON.stringify({ deployed: entries }),
    containers: [
      {
        ...container,
        status: 'running',
        health: null,
        exitCode: 0,
        restarts: 0,
        createdAt: '2026-11-22T00:00:00Z',
        configHash: null,
      },
    ],
  };
}

function gone(project: ProjectReading, before: string, keepImages = 2) {
  const config = { keepImages } as const;
  const found = { values: {}, images: { web: [`id-${before}`] }, version: null, digests: null, since: null };
  const parts = [{ name: 'web', image: IMAGE, variable: 'IMAGE_TAG' }];
  return removable({ project: 'shop', parts, config }, project, found);
}

describe('cleaning up images', () => {
  const all = [...'abcd'].flatMap((letter) => deployed(letter));

  it('takes away what was deployed long ago, under all its names', () => {
    expect(gone(reading('abcd', all, 'd'), 'c')).toEqual([
      `${IMAGE}:v-a`,
      `${IMAGE}@${digest('a')}`,
      `${IMAGE}:slipway-shop-aaaaaaaaaaaa`,
      `${IMAGE}:v-b`,
      `${IMAGE}@${digest('b')}`,
      `${IMAGE}:slipway-shop-bbbbbbbbbbbb`,
    ]);
  });

  it('leaves what ran before, however many have failed in between', () => {
    const names = gone(reading('abcd', all, 'd'), 'a');
    expect(names.join()).not.toContain('aaaa');
    expect(names.join()).toContain('bbbb');
  });

  it('leaves what runs, and as many as are to be kept', () => {
    expect(gone(reading('abcd', all, 'a'), 'b', 4)).toEqual([]);
    expect(gone(reading('abcd', all, 'a'), 'b', 2)).toEqual([]);
  });

  it('leaves what another project keeps, and only forgets that it was ours', () => {
    const shared = [...all, ...deployed('a', 'other').slice(1)];
    expect(gone(reading('abcd', shared, 'd'), 'c').filter((name) => name.includes('aaaa'))).toEqual([
      `${IMAGE}:slipway-shop-aaaaaaaaaaaa`,
    ]);
  });

  it('leaves images that Slipway did not deploy', () => {
    const byHand = { repository: IMAGE, tag: 'mine', digest: digest('e'), id: 'id-e' };
    expect(gone(reading('d', [byHand, ...deployed('d')], 'd'), 'd')).toEqual([]);
  });
});
