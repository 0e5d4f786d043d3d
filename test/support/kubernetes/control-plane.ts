import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../processes.ts';
import { ApiServer, type Resource } from './api-server.ts';
import { defineKinds } from './definitions.ts';
import { readAccess, writeKubeconfig } from './kubeconfig.ts';
import { installedPrograms, type Programs } from './programs.ts';
import { stageDocuments } from './stages.ts';

const START_LIMIT = 90_000;
const DIRECTORY = 'slipway-cluster-';
const NODES = ['node-a', 'node-b', 'node-c'];

/** A control plane of Kubernetes with simulated nodes, as processes of its own. */
export interface ControlPlane {
  /** The kubeconfig of its administrator. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/**
 * Starts etcd, kube-apiserver (TLS, RBAC enforced), kube-controller-manager, kube-scheduler, kwok and Argo Rollouts on free
 * ports, and waits until its nodes are ready. Its processes end with this one, however this one ends.
 */
export async function startControlPlane(): Promise<ControlPlane> {
  const programs = installedPrograms();
  if (programs === null) throw new Error('The control plane is not built: .ci/setup kubernetes');
  removeOrphans();
  const plane = new Processes(programs);
  try {
    return await start(plane);
  } catch (error) {
    const said = plane.lastWords();
    await plane.stop();
    throw new Error(`The control plane did not start:\n${said}`, { cause: error });
  }
}

async function start(plane: Processes): Promise<ControlPlane> {
  const etcd = await startEtcd(plane);
  const access = await startApiServer(plane, etcd);
  const kubeconfig = access('admin');
  const api = new ApiServer(readAccess(kubeconfig));
  await until(plane, async () => (await api.request('GET', '/readyz')).status === 200);
  plane.run('kube-controller-manager', controllerFlags(plane.directory, access('kube-controller-manager')));
  plane.run('kube-scheduler', schedulerFlags(access('kube-scheduler')));
  await defineKinds(api, plane.programs.crds);
  await startKubelets(plane, access('kwok'));
  plane.run('rollouts-controller', await rolloutsFlags(access('argo-rollouts')));
  for (const name of NODES) await api.create('/api/v1/nodes', node(name));
  await until(plane, async () => (await readyNodes(api)) === NODES.length);
  await until(plane, async () => (await api.request('GET', DEFAULT_ACCOUNT)).status === 200);
  return { kubeconfig, stop: () => plane.stop() };
}

const DEFAULT_ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';

async function startEtcd(plane: Processes): Promise<string> {
  const client = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  plane.run('etcd', [
    `--data-dir=${plane.directory}/etcd`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=error',
    '--unsafe-no-fsync',
  ]);
  return client;
}

/** Resolves to what writes a kubeconfig for one of the people that the API server knows. */
async function startApiServer(plane: Processes, etcd: string): Promise<(user: string) => string> {
  const { directory } = plane;
  const port = await freePort();
  const tokens = writeTokens(directory);
  writeKeys(directory);
  plane.run('kube-apiserver', [
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--advertise-address=${machineAddress()}`,
    '--endpoint-reconciler-type=none',
    `--cert-dir=${directory}/certificates`,
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${directory}/tokens.csv`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${directory}/accounts.pub`,
    `--service-account-signing-key-file=${directory}/accounts.key`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--allow-privileged=true',
    '--enable-priority-and-fairness=false',
  ]);
  const certificate = path.join(directory, 'certificates/apiserver.crt');
  await until(plane, async () => readFileSync(certificate).length > 0);
  return (user) =>
    writeKubeconfig({
      file: path.join(directory, `${user}.kubeconfig`),
      server: `https://127.0.0.1:${port}`,
      authority: readFileSync(certificate),
      token: tokens.get(user) ?? '',
    });
}

/** Tokens of the administrator and of the components, in the names and groups that RBAC's own roles bind. */
function writeTokens(directory: string): ReadonlyMap<string, string> {
  const users = [
    ['admin', 'kubernetes-admin', 'system:masters'],
    ['kube-controller-manager', 'system:kube-controller-manager', ''],
    ['kube-scheduler', 'system:kube-scheduler', ''],
    ['kwok', 'kwok', 'system:masters'],
    ['argo-rollouts', 'argo-rollouts', 'system:masters'],
  ] as const;
  const rows = users.map(([name, user, group]) => ({
    name,
    user,
    group,
    token: randomBytes(16).toString('hex'),
  }));
  const csv = rows.map(({ token, user, group, name }) => `${token},${user},${name},"${group}"\n`);
  writeFileSync(path.join(directory, 'tokens.csv'), csv.join(''), { mode: 0o600 });
  return new Map(rows.map(({ name, token }) => [name, token]));
}

function writeKeys(directory: string): void {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(path.join(directory, 'accounts.pub'), publicKey);
  writeFileSync(path.join(directory, 'accounts.key'), privateKey, { mode: 0o600 });
}

function controllerFlags(directory: string, kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${directory}/accounts.key`,
    `--root-ca-file=${directory}/certificates/apiserver.crt`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}

function schedulerFlags(kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}

async function rolloutsFlags(kubeconfig: string): Promise<readonly string[]> {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--loglevel=warn',
    `--metricsPort=${await freePort()}`,
    `--healthzPort=${await freePort()}`,
  ];
}

/** kwok: the kubelets of all nodes, which also serve the logs that tests give to pods. */
async function startKubelets(plane: Processes, kubeconfig: string): Promise<void> {
  const { directory } = plane;
  const port = await freePort();
  const config = path.join(directory, 'kwok.yaml');
  writeFileSync(config, stageDocuments());
  plane.run('kwok', [
    `--kubeconfig=${kubeconfig}`,
    `--config=${config}`,
    '--manage-all-nodes=true',
    '--node-ip=127.0.0.1',
    `--node-port=${port}`,
    `--server-address=127.0.0.1:${port}`,
    `--tls-cert-file=${directory}/certificates/apiserver.crt`,
    `--tls-private-key-file=${directory}/certificates/apiserver.key`,
    '--node-lease-duration-seconds=40',
    '--enable-crds=Logs,ClusterLogs',
  ]);
}

/** An address of this machine that is not loopback, which the API server refuses to name or to proxy to. */
export function machineAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '10.0.0.1';
}

const node = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } },
});

async function readyNodes(api: ApiServer): Promise<number> {
  const nodes = await api.list('/api/v1/nodes');
  return nodes.filter(({ spec, status }) => spec.taints === undefined && isReady(status)).length;
}

function isReady(status: Resource['status']): boolean {
  const conditions: readonly { readonly type: string; readonly status: string }[] = status.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

async function until(plane: Processes, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  while (!(await holds().catch(() => false))) {
    plane.refuseToWaitForTheDead();
    if (Date.now() > deadline) throw new Error('it took too long');
    await delay(50);
  }
}

/** A process that was killed could not remove the directory of its control plane. */
function removeOrphans(): void {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(DIRECTORY))) {
    const owner = Number(name.slice(DIRECTORY.length).split('-')[0]);
    if (!existsSync(`/proc/${owner}`)) rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** The processes of one control plane, in a directory of their own. */
class Processes {
  readonly directory = mkdtempSync(path.join(tmpdir(), `${DIRECTORY}${process.pid}-`));
  readonly programs: Programs;
  readonly #running = new Map<string, ChildProcess>();

  constructor(programs: Programs) {
    this.programs = programs;
    mkdirSync(path.join(this.directory, 'certificates'));
  }

  /** The kernel ends the process when this one is gone, so that a killed test run leaves nothing. */
  run(name: string, args: readonly string[]): void {
    const program = path.join(this.programs.bin, name);
    const log = openSync(path.join(this.directory, `${name}.log`), 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      stdio: ['ignore', log, log],
    });
    this.#running.set(name, child);
  }

  refuseToWaitForTheDead(): void {
    for (const [name, { exitCode, signalCode }] of this.#running) {
      if (exitCode !== null || signalCode !== null)
        throw new Error(`${name} ended (${exitCode ?? signalCode})`);
    }
  }

  lastWords(): string {
    const words = (name: string) =>
      readFileSync(path.join(this.directory, `${name}.log`), 'utf8').slice(-2000);
    return [...this.#running.keys()].map((name) => `--- ${name}\n${words(name)}`).join('\n');
  }

  /** The last that was started is the first that ends; what they wrote goes with them. */
  async stop(): Promise<void> {
    for (const child of [...this.#running.values()].reverse()) await ended(child);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
}
