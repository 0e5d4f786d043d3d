import { createHash } from 'node:crypto';
import { insisting, untilAnswered } from './asking-again.ts';
import type { DemoConfig } from './demo-config.ts';
import { quick } from './demo-config.ts';
import type { ActionsServer } from './github/actions.ts';
import { OWNER, REPO } from './github/github-server.ts';
import type { Harassment, Work } from './harassed.ts';
import { type Replicas, until } from './replicas.ts';
import { changesAt } from './target-record.ts';
import type { TestPerson } from './workspace.ts';

/** What is worked on, by whom, and what a workflow of GitHub does beside it. */
export interface Stage {
  readonly replicas: Replicas;
  readonly harassment: Harassment;
  readonly actions: ActionsServer;
  readonly ana: TestPerson;
}

/** The demo with short canaries in one service, patient ones in the other, and a third that a workflow deploys. */
export function everyKind(config: DemoConfig, githubUrl: string): void {
  quick(config);
  const { api, frontend } = config.services;
  const analysis: readonly object[] = [];
  Object.assign(api?.environments.production ?? {}, {
    canary: { steps: [10, 50, 100], pause: '2s', interval: '1s', analysis },
  });
  Object.assign(frontend?.environments.production ?? {}, {
    canary: { steps: [10, 50], pause: '1h', interval: '5s', analysis },
  });
  const inputs = { environment: '{environment}', version: '{version}' };
  const target = { kind: 'github-actions', workflow: 'deploy.yml', inputs };
  const releases = { prerelease: 'staging', channel: '#deploys', wait: '2m', strangers: 'ask' };
  Object.assign(config, {
    github: { url: githubUrl },
    services: {
      ...config.services,
      site: { repository: `${OWNER}/${REPO}`, releases, environments: { staging: { target } } },
    },
  });
}

/** Each kind of operation on production of the api, one after another. */
export async function everyKindInProduction({ replicas, harassment, ana }: Stage): Promise<void> {
  const place = { service: 'api', environment: 'production', approved: true } as const;
  const { serving } = replicas.workspace;
  const serves = (version: string) => async () => {
    const found = await serving('api', 'production');
    if (found.version !== version) throw new Error(`${found.version} serves, not ${version}`);
  };
  const changes = () => changesAt(replicas.workspace, 'api-production', 'api-migrate');
  const migrated = ['RunJob execution of api-migrate'];
  const work = (more: Pick<Work, 'name' | 'expected'> & Partial<Work> & { readonly text: string }) =>
    harassment.run({
      ...place,
      ends: 'succeeded',
      changes,
      begin: () => ana.command('deploys', more.text),
      ...more,
    });
  const { version: older } = await serving('api', 'production');
  const newer = other(older);
  await work({
    name: 'approved deploy with a migration',
    text: `/deploy api ${newer} production`,
    right: serves(newer),
    expected: [...deployed('api-production', 2), 'UpdateJob template of api-migrate', ...migrated],
  });
  const made = await work({
    name: 'backup',
    text: '/backup api production',
    approved: false,
    expected: ['BACKUP_VOLUME of api-production'],
  });
  const backup = made.replace('op-', 'bk-');
  await work({
    name: 'verification',
    text: `/backup verify ${backup}`,
    approved: false,
    changes: async (id) => {
      const found = await changesAt(replicas.workspace, scratchOf(id));
      return found.map((change) => change.replace(scratchOf(id), 'its scratch'));
    },
    expected: ['CREATE of its scratch', 'RESTORE_VOLUME of its scratch', 'DELETE of its scratch'],
  });
  await work({
    name: 'restore',
    text: `/backup restore ${backup}`,
    expected: ['BACKUP_VOLUME of api-production', 'RESTORE_VOLUME of api-production'],
  });
  await work({
    name: 'approved rollback',
    text: `/rollback api production to ${older}`,
    right: serves(older),
    expected: ['UpdateService traffic of api-production'],
  });
  await work({
    name: 'canary that walks by itself',
    text: `/canary auto api ${newer} production`,
    right: serves(newer),
    expected: [...deployed('api-production', 4), ...migrated],
  });
}

/** One of the two good versions that is not this one. */
function other(version: string): string {
  return version === 'v1.1.0' ? 'v1.0.0' : 'v1.1.0';
}

/** A revision without traffic, and so many changes of traffic: what leads there, and taking its mark away. */
function deployed(service: string, changes: number): readonly string[] {
  return [
    `UpdateService template+traffic of ${service}`,
    ...Array.from({ length: changes }, () => `UpdateService traffic of ${service}`),
  ];
}

/** The scratch instance into which an operation restores. */
function scratchOf(id: string | null): string {
  if (id === null) return 'no-scratch-yet';
  return `api-production-verify-${createHash('sha256').update(id).digest('hex').slice(0, 10)}`;
}

/** Deploys to staging that nobody approves: one that succeeds and one that is undone. */
export async function deploysToStaging(
  { replicas, harassment, ana }: Stage,
  service: 'api' | 'frontend',
): Promise<void> {
  const serves = async () => (await replicas.workspace.serving(service, 'staging')).version;
  const name = `${service}-staging`;
  const deploy = async (version: string, end: Pick<Work, 'name' | 'ends' | 'expected'>, left = version) =>
    harassment.run({
      service,
      environment: 'staging',
      approved: false,
      begin: () => ana.command('deploys', `/deploy ${service} ${version} staging`),
      changes: () => changesAt(replicas.workspace, name),
      right: async () => {
        const found = await serves();
        if (found !== left) throw new Error(`${found} serves, not ${left}`);
      },
      ...end,
    });
  const version = other(await serves());
  await deploy(version, { name: 'deploy', ends: 'succeeded', expected: deployed(name, 2) });
  const undone = { name: 'deploy that is undone', ends: 'undone', expected: deployed(name, 1) } as const;
  await deploy('v1.3.0-broken', undone, version);
}

/** A canary that is extended past what was approved, and then aborted. */
export async function extendedCanary({ replicas, harassment, ana }: Stage): Promise<void> {
  const place = { service: 'frontend', environment: 'production' } as const;
  const changes = () => changesAt(replicas.workspace, 'frontend-production');
  const shares = () => replicas.workspace.shares('frontend', 'production');
  let extended: Promise<string> | null = null;
  const extend = () =>
    harassment.run({
      ...place,
      name: 'canary extension',
      approved: true,
      begin: () => ana.command('deploys', '/canary 75 frontend production'),
      ends: 'succeeded',
      changes: async () => [],
      expected: [],
      right: async () => void (await until(shares, (now) => now['v1.1.0'] === 75)),
    });
  const abort = insisting(ana, () =>
    harassment.undisturbed(() =>
      untilAnswered(() => ana.command('deploys', '/canary abort frontend production "as planned"')),
    ),
  );
  await harassment.run({
    ...place,
    name: 'canary that is extended and aborted',
    approved: true,
    begin: () => ana.command('deploys', '/canary 10 frontend v1.1.0 production'),
    meanwhile: async ({ percent }) => {
      if (percent === 10) extended ??= extend();
      if (percent !== 75) return;
      await extended;
      await abort();
    },
    ends: 'undone',
    changes,
    expected: deployed('frontend-production', 3),
    right: async () => void (await until(shares, (now) => now['v1.0.0'] === 100)),
  });
}

/** A pre-release on GitHub, told by webhook, deployed by a workflow. */
export async function releaseByWorkflow(
  { harassment, actions }: Stage,
  release: { readonly version: string; readonly tell: () => Promise<unknown> },
): Promise<void> {
  const runs = () => actions.runs.map(({ title }) => title.replace(/ \[.*/, ''));
  await harassment.run({
    name: 'workflow of GitHub Actions, by a release',
    service: 'site',
    environment: 'staging',
    approved: false,
    // Whoever dies between saying that it asks and asking leaves it to people, rather than ask twice.
    mayKill: ({ steps }) =>
      !steps.includes('run-workflow running') || runs().includes(`Deploy ${release.version} to staging`),
    begin: release.tell,
    ends: 'succeeded',
    changes: async () => runs(),
    expected: [`Deploy ${release.version} to staging`],
    right: async () => {
      if (actions.serving.get('staging') !== release.version) throw new Error('another version serves');
    },
  });
}
