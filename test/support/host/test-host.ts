import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lastingPort } from '../lasting-port.ts';

const SSHD = '/usr/sbin/sshd';

/** A real SSH server of our own on a loopback port, with a home directory, keys and a host key of its own. */
export interface TestHost {
  readonly port: number;
  readonly user: string;
  /** What `~` is to those who log in there. */
  readonly home: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** The fingerprint of its host key. */
  fingerprint(): string;
  /** Its entry under `hosts:`. */
  config(more?: object): Readonly<Record<string, unknown>>;
  /** Kills the server processes of all sessions, as a network that goes away; how many there were. */
  cut(): Promise<number>;
  /** Stops listening and cuts every session. */
  down(): Promise<void>;
  /** Listens again. */
  up(): Promise<void>;
  /** Takes away what detached runs left there, so that a test that is tried again finds none of its first try. */
  forgetRuns(): Promise<void>;
  /** Gives it another host key, as a machine that was installed anew. */
  rekey(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server; `variables` are exported to every login, as a forgotten line in a profile is. It takes so many
 * `sessions` of a connection, ten when absent.
 */
export async function startTestHost(
  options: { readonly variables?: Readonly<Record<string, string>>; readonly sessions?: number } = {},
): Promise<TestHost> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-host-'));
  const file = (name: string) => path.join(directory, name);
  const home = file('home');
  await mkdir(home);
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
  makeKey(file('id_ed25519'));
  makeKey(file('host_key'));
  const port = await lastingPort();
  await writeFile(file('authorized_keys'), await readFile(file('id_ed25519.pub')), { mode: 0o600 });
  await writeFile(file('sshd_config'), sshdConfig({ port, home, file, ...options }));
  const noteKey = async () => {
    const [type = '', key = ''] = (await readFile(file('host_key.pub'), 'utf8')).split(' ');
    await writeFile(file('known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`);
  };
  await noteKey();
  let server = await startServer(file('sshd_config'), port);
  const down = async () => {
    // Its sessions are found as its children, so before it ends.
    await cutSessions(server, () => server.kill('SIGKILL'));
  };
  const up = async () => {
    server = await startServer(file('sshd_config'), port);
  };
  const { username } = userInfo();
  const fingerprint = fingerprintOf(file('host_key.pub'));
  return {
    port,
    user: username,
    home,
    keyFile: file('id_ed25519'),
    knownHostsFile: file('known_hosts'),
    fingerprint: () => fingerprintOf(file('host_key.pub')),
    config: (more = {}) => ({
      address: '127.0.0.1',
      port,
      user: username,
      keyFile: file('id_ed25519'),
      fingerprints: [fingerprint],
      ...more,
    }),
    cut: () => cutSessions(server),
    down,
    up,
    forgetRuns: () => rm(path.join(home, '.slipway/runs'), { recursive: true, force: true }),
    async rekey() {
      await down();
      await Promise.all([rm(file('host_key')), rm(file('host_key.pub'))]);
      makeKey(file('host_key'));
      await up();
    },
    async stop() {
      await down();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    },
  };
}

function sshdConfig(host: {
  readonly port: number;
  readonly home: string;
  readonly file: (name: string) => string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly sessions?: number;
}): string {
  const variables = Object.entries({ HOME: host.home, ...host.variables });
  return [
    `Port ${host.port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${host.file('host_key')}`,
    `AuthorizedKeysFile ${host.file('authorized_keys')}`,
    `PidFile ${host.file('sshd.pid')}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'StrictModes no',
    'UsePAM no',
    'MaxStartups 100',
    `MaxSessions ${host.sessions ?? 10}`,
    `SetEnv ${variables.map(([name, value]) => `${name}=${value}`).join(' ')}`,
    'Subsystem sftp internal-sftp',
    '',
  ].join('\n');
}

async function startServer(config: string, port: number): Promise<ChildProcess> {
  const server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  server.stderr?.on('data', (chunk) => said.push(String(chunk)));
  for (const end = Date.now() + 10_000; ; await delay(20)) {
    if (await answers(port)) return server;
    if (server.exitCode !== null || Date.now() > end)
      throw new Error(`sshd does not start: ${said.join('')}`);
  }
}

/** Kills the processes of sshd that serve sessions. What those started goes on. */
async function cutSessions(server: ChildProcess, first: () => void = () => {}): Promise<number> {
  const sessions = server.pid === undefined ? [] : await descendants(server.pid, 'sshd');
  first();
  for (const pid of sessions) kill(pid);
  return sessions.length;
}

/** Processes of that name below a process, through processes of that name. */
async function descendants(parent: number, name: string): Promise<readonly number[]> {
  const all = await Promise.all(
    (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map((pid) => processOf(Number(pid))),
  );
  const below = (pid: number): readonly number[] =>
    all.flatMap((one) => (one?.parent === pid && one.name === name ? [one.pid, ...below(one.pid)] : []));
  return below(parent);
}

async function processOf(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  const [, name = '', parent] = /\((.*)\) \S (\d+)/s.exec(stat ?? '') ?? [];
  return parent === undefined ? null : { pid, name, parent: Number(parent) };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself meanwhile.
  }
}

function makeKey(file: string): void {
  const { status, stderr } = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  if (status !== 0) throw new Error(`ssh-keygen: ${stderr}`);
}

function fingerprintOf(file: string): string {
  const { stdout } = spawnSync('ssh-keygen', ['-lf', file], { encoding: 'utf8' });
  return stdout.split(' ')[1] ?? '';
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => resolve(false));
  });
}
