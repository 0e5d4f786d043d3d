import { afterEach, beforeEach, describe } from 'vitest';
import { describeFailures } from './suite-failures.ts';
import { describeInterruptions } from './suite-interruptions.ts';
import { describeContent, describeReading } from './suite-reading.ts';
import { describeRollback } from './suite-rollback.ts';
import { describeRunning } from './suite-running.ts';
import type { TargetWorld } from './world.ts';

/** What every deploy target must do, whatever kind it is. */
export function describeTarget(
  name: string,
  makeWorld: () => Promise<TargetWorld>,
  /** `names`: artifacts are known by names that never change, and have no digest that could be typed. */
  { naming = 'content' }: { readonly naming?: 'content' | 'names' } = {},
): void {
  describe(name, () => {
    let world: TargetWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.stop());

    describeReading(() => world);
    if (naming === 'content') describeContent(() => world);
    describeRunning(() => world);
    describeInterruptions(() => world);
    describeFailures(() => world);
    describeRollback(() => world);
  });
}
