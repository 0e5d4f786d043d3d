import { afterEach, beforeEach, describe } from 'vitest';
import { describeFailures } from './suite-failures.ts';
import { describeInterruptions } from './suite-interruptions.ts';
import { describeReading } from './suite-reading.ts';
import { describeRollback } from './suite-rollback.ts';
import { describeRunning } from './suite-running.ts';
import type { TargetWorld } from './world.ts';

/** What every deploy target must do, whatever kind it is. */
export function describeTarget(name: string, makeWorld: () => Promise<TargetWorld>): void {
  describe(name, () => {
    let world: TargetWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.stop());

    describeReading(() => world);
    describeRunning(() => world);
    describeInterruptions(() => world);
    describeFailures(() => world);
    describeRollback(() => world);
  });
}
