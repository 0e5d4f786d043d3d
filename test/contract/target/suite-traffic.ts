import { afterEach, beforeEach, describe } from 'vitest';
import { describeCanary } from './suite-canary.ts';
import { describeCanaryInterruptions } from './suite-canary-interruptions.ts';
import { describeBeside, describeOthers } from './suite-canary-others.ts';
import { describeFrontDoor } from './suite-front-door.ts';
import type { SplitWorld } from './world.ts';

/** What every target must do that can split its traffic. */
export function describeTraffic(name: string, makeWorld: () => Promise<SplitWorld>): void {
  describe(name, () => {
    let world: SplitWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.stop());

    describeCanary(() => world);
    describeCanaryInterruptions(() => world);
    describeOthers(() => world);
    describeBeside(() => world);
    describeFrontDoor(() => world);
  });
}

/** The same for targets with one canary at a time, whose traffic nothing in the test carries. */
export function describeSoleCanary(name: string, makeWorld: () => Promise<SplitWorld>): void {
  describe(name, () => {
    let world: SplitWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.stop());

    describeCanary(() => world);
    describeCanaryInterruptions(() => world);
    describeOthers(() => world);
  });
}
