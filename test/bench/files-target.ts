import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createTargets } from '../../integrations/kinds.ts';
import type { DeployTarget } from '../../integrations/target.ts';
import { configSchema } from '../../src/config/schema.ts';
import { contextOf, deployPlan, runSteps } from '../contract/target/drive.ts';
import { type ReleaseServer, startReleaseServer } from '../support/files/archives.ts';
import { startTestHost, type TestHost } from '../support/host/test-host.ts';
import { quantile, timed } from './figures.ts';

const FILES = 10_000;
const ROUNDS = 3;

const run = promisify(execFile);

/**
 * A release of 10,000 files of which 100 are modified, 20 new and 20 gone: our whole deploy (planned, staged, backed
 * up, put in place, proven) beside `rsync -a --delete` of the same change, alternating on one host.
 */
export async function measureFiles(): Promise<readonly (readonly string[])[]> {
  const place = mkdtempSync(path.join(tmpdir(), 'slipway-bench-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(place, { recursive: true }));
  const [host, releases] = await Promise.all([startTestHost(), startReleaseServer()]);
  stack.defer(async () => void (await Promise.all([host.stop(), releases.stop()])));
  const versions = ['v1.0.0', 'v2.0.0'] as const;
  for (const version of versions) {
    const files = releaseOf(version);
    await releases.publish(version, files);
    for (const [name, text] of Object.entries(files)) write(path.join(place, version, name), text);
  }
  for (const name of ['ours', 'rsync', 'checksum']) mkdirSync(path.join(place, name));
  const target = connect(host, releases, path.join(place, 'ours'));
  stack.defer(() => target.close());
  const samples: Record<'plan' | 'ours' | 'rsync' | 'checksum', number[]> = {
    plan: [],
    ours: [],
    rsync: [],
    checksum: [],
  };
  for (let round = 0; round < 2 * ROUNDS + 2; round += 1) {
    const version = versions[round % 2] ?? 'v1.0.0';
    const plan = await timed(() => deployPlan(target, version));
    const ours = await timed(() => deployed(target, version, round));
    const rsync = await timed(() => copied(host, path.join(place, version), path.join(place, 'rsync'), []));
    const checksum = await timed(() =>
      copied(host, path.join(place, version), path.join(place, 'checksum'), ['--checksum']),
    );
    if (round < 2) continue;
    samples.plan.push(plan);
    samples.ours.push(ours);
    samples.rsync.push(rsync);
    samples.checksum.push(checksum);
  }
  const middle = (of: keyof typeof samples) => quantile(samples[of], 0.5);
  const row = (what: string, anchor: 'rsync' | 'checksum', name: string) => [
    what,
    middle('ours').toFixed(0),
    `${middle(anchor).toFixed(0)} (${name})`,
    (middle('ours') / middle(anchor)).toFixed(2),
    '–',
  ];
  return [
    row(
      `files: 140 of ${FILES} changed, planned, backed up, proven, ms p50 (${2 * ROUNDS})`,
      'rsync',
      'rsync -a',
    ),
    row('  the same beside what compares by content, too', 'checksum', 'rsync -ac'),
    ['  of that, planning, ms p50', middle('plan').toFixed(0), '–', '–', '–'],
  ];
}

function releaseOf(version: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (let n = 0; n < FILES; n += 1) {
    const name = `pages/${n % 100}/page-${n}.html`;
    const isOwn = n >= FILES - 40;
    if (isOwn && n % 2 === (version === 'v1.0.0' ? 0 : 1)) continue;
    files[name] = `${n % 100 === 7 ? version : 'same'} ${name} ${'x'.repeat(2_000)}\n`;
  }
  return files;
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  // As a checkout leaves them: what is the same has the same time, which is what rsync goes by.
  const at = text.startsWith('v2') ? 2_000_000 : 1_000_000;
  utimesSync(file, at, at);
}

function connect(host: TestHost, releases: ReleaseServer, directory: string): DeployTarget {
  const config = configSchema.parse({
    hosts: { web: host.config() },
    environments: { production: {} },
    services: {
      pages: {
        environments: {
          production: {
            target: {
              kind: 'files',
              host: 'web',
              directory,
              archive: releases.archive(),
              deleted: 'remove',
              restart: ['true'],
            },
          },
        },
      },
    },
  });
  const target = createTargets(config).get('pages/production');
  if (target === undefined) throw new Error('the config has no such target');
  return target;
}

async function deployed(target: DeployTarget, version: string, round: number): Promise<void> {
  const plan = await deployPlan(target, version);
  const { end } = await runSteps(target, plan.steps, contextOf(`op-bench-${round}`));
  if (!end.ok) throw new Error(end.message);
}

async function copied(host: TestHost, from: string, to: string, more: readonly string[]): Promise<void> {
  const ssh = `ssh -p ${host.port} -i ${host.keyFile} -o UserKnownHostsFile=${host.knownHostsFile} -o BatchMode=yes`;
  await run('rsync', ['-a', '--delete', ...more, '-e', ssh, `${from}/`, `${host.user}@127.0.0.1:${to}/`]);
}
