import { afterAll, beforeAll } from 'vitest';
import {
  type ComposeMachine,
  makeComposeWorld,
  startComposeMachine,
} from '../../contract/target/compose-world.ts';
import { describeTarget } from '../../contract/target/suite.ts';

let machine: ComposeMachine;

beforeAll(async () => {
  machine = await startComposeMachine();
});
afterAll(() => machine?.stop());

describeTarget('a compose project on a host', () => makeComposeWorld(machine));
