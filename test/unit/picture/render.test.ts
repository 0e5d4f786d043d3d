import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderCanaryPicture } from '../../../src/picture/render.ts';
import { minute, pictureOf, sample } from './pictures.ts';

describe('rendering the picture of a canary', () => {
  it('gives the same PNG for the same canary, in the promised size', async () => {
    const [one, other] = await Promise.all([
      renderCanaryPicture(pictureOf()),
      renderCanaryPicture(pictureOf()),
    ]);
    expect(sizeOf(one.png)).toEqual({ width: 1200, height: 940 });
    expect(digestOf(one.png)).toBe(digestOf(other.png));
    expect(one.alt).toContain('aborted');
  });

  it('gives another PNG for another end', async () => {
    const promoted = await renderCanaryPicture(pictureOf({ end: { at: minute(12.2), word: 'promoted' } }));
    const aborted = await renderCanaryPicture(pictureOf());
    expect(digestOf(promoted.png)).not.toBe(digestOf(aborted.png));
  });

  it.each([
    ['no samples', { samples: [] }],
    ['nothing at all', { samples: [], steps: [], end: null, thresholds: { errorRate: null, p95: null } }],
    ['one sample', { samples: [sample(0)], end: null }],
    ['samples all at one time', { samples: [sample(0), sample(0), sample(0)] }],
    ['a day of samples', { samples: Array.from({ length: 2_880 }, (_, index) => sample(index / 2)) }],
    ['a long title with control characters', { title: `${'api\0\n '.repeat(500)}` }],
    ['a title in Chinese', { title: '金絲雀部署 api 已中止' }],
  ])('draws %s', async (_, changes) => {
    const { png } = await renderCanaryPicture(pictureOf(changes));
    expect(sizeOf(png)).toEqual({ width: 1200, height: 940 });
  });
});

/** As the header of a PNG says. */
function sizeOf(png: Uint8Array) {
  const header = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  expect(header.subarray(1, 4).toString()).toBe('PNG');
  return { width: header.readUInt32BE(16), height: header.readUInt32BE(20) };
}

function digestOf(png: Uint8Array): string {
  return createHash('sha256').update(png).digest('hex');
}
