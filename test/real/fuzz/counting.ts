import fc from 'fast-check';

/**
 * What decides all cases. The same by default, so that what fails here fails everywhere; `FUZZ_SEED=random` looks
 * farther, and `FUZZ_SEED=…` brings the cases of such a run back.
 */
export const SEED = seedFrom(process.env.FUZZ_SEED ?? '20261122');

const counts = new Map<string, number>();

/** Runs a property so many times over one boundary, and counts the cases that it really ran. */
export function fuzz<T>(
  boundary: string,
  runs: number,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => void,
): void {
  const counted = (value: T): void => {
    counts.set(boundary, (counts.get(boundary) ?? 0) + 1);
    check(value);
  };
  fc.assert(fc.property(arbitrary, counted), settings(runs));
}

/** The same where the answer takes its time. */
export async function fuzzAsync<T>(
  boundary: string,
  runs: number,
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
): Promise<void> {
  const counted = async (value: T): Promise<void> => {
    counts.set(boundary, (counts.get(boundary) ?? 0) + 1);
    await check(value);
  };
  await fc.assert(fc.asyncProperty(arbitrary, counted), settings(runs));
}

/** Cases that are sent many at a time, where each alone would mostly wait; they are counted as they are drawn. */
export function drawn<T>(boundary: string, runs: number, arbitrary: fc.Arbitrary<T>): readonly T[] {
  counts.set(boundary, (counts.get(boundary) ?? 0) + runs);
  return fc.sample(arbitrary, { numRuns: runs, seed: SEED });
}

/** How many cases ran over which boundaries. */
export function tallied(): { readonly cases: number; readonly boundaries: ReadonlyMap<string, number> } {
  return { cases: [...counts.values()].reduce((sum, count) => sum + count, 0), boundaries: counts };
}

function settings(runs: number) {
  return { numRuns: runs, seed: SEED, endOnFailure: false } as const;
}

function seedFrom(text: string): number {
  if (text === 'random') return Math.floor(Math.random() * 2 ** 31);
  const seed = Number(text);
  if (Number.isInteger(seed)) return seed;
  throw new Error(`FUZZ_SEED is ${text}, but is a whole number, or random`);
}
