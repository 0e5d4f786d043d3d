import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DeployTarget } from '../../integrations/target.ts';
import {
  type ComposeMachine,
  type ComposeWorld,
  makeComposeWorld,
  startComposeMachine,
} from '../contract/target/compose-world.ts';
import { contextOf, deployPlan, runSteps } from '../contract/target/drive.ts';
import { quantile, timed } from './figures.ts';

const ROUNDS = 5;

const run = promisify(execFile);

/**
 * A compose project of one service: our whole deploy (planned, pulled by digest, started, proven, tidied) beside what
 * people type: `ssh host 'docker-compose pull && docker-compose up -d'`, which proves nothing; alternating on one host.
 */
export async function measureCompose(): Promise<readonly (readonly string[])[]> {
  await using stack = new AsyncDisposableStack();
  const machine = await startComposeMachine();
  stack.defer(() => machine.stop());
  const [ours, theirs] = [await makeComposeWorld(machine), await makeComposeWorld(machine)];
  const target = ours.connect();
  // The containers end with their engine.
  stack.defer(() => target.close());
  const samples = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < 2 * ROUNDS + 2; round += 1) {
    const version = round % 2 === 0 ? 'v1.1.0' : 'v1.2.0';
    const our = await timed(() => deployed(target, version, round));
    const their = await timed(() => typed(machine, theirs, version));
    if (round < 2) continue;
    samples.ours.push(our);
    samples.theirs.push(their);
  }
  const [our, their] = [quantile(samples.ours, 0.5), quantile(samples.theirs, 0.5)];
  return [
    [
      `compose: planned, pulled, up, proven, ms p50 (${2 * ROUNDS})`,
      our.toFixed(0),
      `${their.toFixed(0)} (ssh pull && up -d)`,
      (our / their).toFixed(2),
      '–',
    ],
  ];
}

async function deployed(target: DeployTarget, version: string, round: number): Promise<void> {
  const plan = await deployPlan(target, version);
  const { end } = await runSteps(target, plan.steps, contextOf(`op-bench-${round}`));
  if (!end.ok) throw new Error(end.message);
}

async function typed(
  { server, engine }: ComposeMachine,
  { directory, project }: ComposeWorld,
  version: string,
): Promise<void> {
  const compose = `docker-compose -p ${project}`;
  const words = `cd ${directory} && export DOCKER_HOST=${engine.address} IMAGE_TAG=${version} && ${compose} pull -q && ${compose} up -d`;
  const access = ['-p', String(server.port), '-i', server.keyFile, '-o', 'BatchMode=yes'];
  const known = ['-o', `UserKnownHostsFile=${server.knownHostsFile}`];
  await run('ssh', [...access, ...known, `${server.user}@127.0.0.1`, words]);
}
