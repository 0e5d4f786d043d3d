import { afterAll, beforeAll } from 'vitest';
import {
  type GitMachine,
  makeComposeGitWorld,
  startGitMachine,
} from '../../contract/target/compose-git-world.ts';
import { describeTarget } from '../../contract/target/suite.ts';

let machine: GitMachine;

beforeAll(async () => {
  machine = await startGitMachine();
});
afterAll(() => machine?.stop());

describeTarget('a compose project in a git work tree', () => makeComposeGitWorld(machine), {
  naming: 'names',
});
