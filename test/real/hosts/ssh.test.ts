import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { storedHttpChecks } from '../../../integrations/checks.ts';
import type { Host, RunState } from '../../../integrations/host.ts';
import { createHttpChecker } from '../../../integrations/http/checker.ts';
import { hostsConfig } from '../../../integrations/ssh/config.ts';
import { createSshHosts } from '../../../integrations/ssh/hosts.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';

let server: TestHost;
const connected: Host[] = [];

beforeAll(async () => {
  server = await startTestHost({ variables: { IMAGE_TAG: 'from-the-login' } });
});
beforeEach(() => server.forgetRuns());
afterEach(async () => {
  await Promise.all(connected.splice(0).map((host) => host.close()));
});
afterAll(() => server?.stop());

/** A host as a process that has just started would make it. */
function connect(more: object = {}, others: Readonly<Record<string, unknown>> = {}): Host {
  const host = createSshHosts(hostsConfig.parse({ ...others, 'web-1': server.config(more) }))('web-1');
  connected.push(host);
  return host;
}

function print(...words: string[]) {
  return { argv: ['printf', '%s', ...words] as const, timeLimit: 10_000 };
}

/** Follows a run to its end. */
async function followed(
  host: Host,
  id: string,
): Promise<{ readonly end: RunState; readonly output: string }> {
  let output = '';
  for (let from = 0; ; ) {
    const end = await host.look({ id, from, wait: 1_000 });
    if (end.state === 'absent') return { end, output };
    output += end.output;
    from = end.next;
    if (end.state !== 'running') return { end, output };
  }
}

describe('the connection', () => {
  it('is one for all commands, and made again when it broke', async () => {
    const host = connect();
    const ids = await Promise.all(
      Array.from({ length: 20 }, () =>
        host.run({ argv: ['sh', '-c', 'echo $SSH_CONNECTION'], timeLimit: 10_000 }),
      ),
    );
    expect(ids.map(({ status }) => status)).toEqual(ids.map(() => 0));
    expect(await server.cut()).toBe(1);
    expect(await host.run(print('again'))).toMatchObject({ status: 0, output: 'again' });
  });

  it('carries as many commands at a time as the host likes to', async () => {
    const few = await startTestHost({ sessions: 2 });
    onTestFinished(() => few.stop());
    const host = createSshHosts(hostsConfig.parse({ few: few.config() }))('few');
    connected.push(host);
    const command = { argv: ['sleep', '0.1'] as const, timeLimit: 10_000 };
    const ends = await Promise.all(Array.from({ length: 20 }, () => host.run(command)));
    expect(ends.map(({ status }) => status)).toEqual(ends.map(() => 0));
  });

  it('is refused where the key is unknown, with the fingerprint that was seen', async () => {
    const host = connect({ fingerprints: [`SHA256:${'A'.repeat(43)}`] });
    const refused = host.run(print('x'));
    await expect(refused).rejects.toMatchObject({ problem: 'permission', retry: 'terminal' });
    await expect(refused).rejects.toThrow(server.fingerprint());
  });

  it('is made where the known_hosts file has the key, and refused where it has not', async () => {
    const { knownHostsFile } = server;
    const host = connect({ fingerprints: undefined, knownHostsFile });
    expect((await host.run(print('x'))).output).toBe('x');
    const empty = path.join(server.home, 'empty');
    await writeFile(empty, '# nobody\n');
    const stranger = connect({ fingerprints: undefined, knownHostsFile: empty });
    await expect(stranger.run(print('x'))).rejects.toThrow(server.fingerprint());
  });

  it('is refused to a key that the host does not know', async () => {
    const file = path.join(server.home, 'other_key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    await expect(connect({ keyFile: file }).run(print('x'))).rejects.toMatchObject({
      problem: 'permission',
      message: expect.stringContaining(file),
    });
  });

  it('says what is wrong with our key', async () => {
    const file = path.join(server.home, 'secret_key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'secret', '-f', file]);
    await expect(connect({ keyFile: file }).run(print('x'))).rejects.toThrow(/without a passphrase/);
    await expect(connect({ keyFile: '/nowhere' }).run(print('x'))).rejects.toThrow(/ENOENT/);
  });

  it('says that nobody is there', async () => {
    const gone = await startTestHost();
    await gone.stop();
    const host = createSshHosts(hostsConfig.parse({ gone: gone.config({ keyFile: server.keyFile }) }))(
      'gone',
    );
    await expect(host.run(print('x'))).rejects.toMatchObject({
      problem: 'unavailable',
      message: expect.stringContaining('refused the connection'),
    });
  });

  it('goes through another host', async () => {
    const bastion = await startTestHost();
    onTestFinished(() => bastion.stop());
    const host = connect({ jump: 'bastion' }, { bastion: bastion.config() });
    expect((await host.run(print('through'))).output).toBe('through');
    await bastion.down();
    await expect(host.run(print('x'))).rejects.toMatchObject({ problem: 'unavailable' });
  });

  it('finds a changed key before anything is sent', async () => {
    const changing = await startTestHost();
    onTestFinished(() => changing.stop());
    const config = changing.config();
    const host = createSshHosts(hostsConfig.parse({ changing: config }))('changing');
    onTestFinished(() => host.close());
    expect((await host.run(print('x'))).output).toBe('x');
    await changing.rekey();
    await host.run(print('x')).catch(() => undefined);
    await expect(host.run(print('x'))).rejects.toThrow(changing.fingerprint());
    expect(await host.examine()).toMatchObject([
      { ok: false, remedy: expect.stringContaining('ssh-keygen') },
    ]);
  });

  it('examines itself and finds nothing wrong', async () => {
    expect(await connect().examine()).toMatchObject([{ ok: true }]);
  });
});

describe('a check that is made from the host', () => {
  const checks = (port: number) => ({
    checks: storedHttpChecks.parse([{ http: '/', status: 200, timeout: 10_000, successes: 1 }]),
    baseUrl: `http://127.0.0.1:${port}`,
    signal: new AbortController().signal,
  });

  it('says nothing about the service when our connection breaks, and fails where the service does', async () => {
    const asked = Promise.withResolvers<void>();
    const mute = createServer(() => asked.resolve()).listen(0, '127.0.0.1');
    onTestFinished(() => void mute.close());
    await once(mute, 'listening');
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const checker = createHttpChecker({ fetch: connect().fetch });
    const broken = expect(checker.run(checks(port))).rejects.toMatchObject({
      message: 'The connection to web-1 broke.',
      retry: 'retryable',
    });
    await asked.promise;
    await server.cut();
    await broken;
    mute.closeAllConnections();
    await new Promise((resolve) => mute.close(resolve));
    const refused = { ok: false, detail: expect.stringContaining('refused the connection') };
    expect(await checker.run(checks(port))).toMatchObject(refused);
    await server.down();
    await expect(checker.run(checks(port))).rejects.toMatchObject({ retry: 'retryable' });
    await server.up();
  });
});

describe('a command', () => {
  it('gets hostile words as they are, and nothing else runs', async () => {
    const trap = path.join(server.home, 'owned');
    const words = [
      `$(touch ${trap})`,
      `\`touch ${trap}\``,
      `'; touch ${trap} #`,
      `a\nb`,
      '--help',
      `"$(touch ${trap})"`,
    ];
    const { output } = await connect().run(print(...words));
    expect(output).toBe(words.join(''));
    await expect(stat(trap)).rejects.toThrow(/ENOENT/);
  });

  it('has nothing of what the login exports', async () => {
    const { output } = await connect().run({ argv: ['env'], timeLimit: 10_000 });
    expect(output).not.toContain('IMAGE_TAG');
  });

  it('is told from what the login prints', async () => {
    const profile = path.join(server.home, '.bashrc');
    await writeFile(profile, 'echo Welcome; export IMAGE_TAG=from-bashrc\n');
    onTestFinished(() => writeFile(profile, ''));
    expect((await connect().run(print('alone'))).output).toBe('alone');
  });

  it('ends at its time limit', async () => {
    const late = connect().run({ argv: ['sleep', '60'], timeLimit: 300 });
    await expect(late).rejects.toMatchObject({ problem: 'timeout' });
  });

  it('is left when its caller must stop', async () => {
    const controller = new AbortController();
    const running = connect().run({ argv: ['sleep', '60'], timeLimit: 60_000 }, controller.signal);
    setTimeout(() => controller.abort(new Error('lost its lease')), 300);
    await expect(running).rejects.toThrow('lost its lease');
  });

  it('takes and gives streams of any size', async () => {
    const content = randomBytes(20_000_000);
    const output = new PassThrough();
    const received = buffer(output);
    await connect().run({ argv: ['cat'], input: Readable.from([content]), output, timeLimit: 60_000 });
    expect((await received).equals(content)).toBe(true);
  });
});

describe('a file', () => {
  it('is put in place whole, with the permissions it had', async () => {
    const host = connect();
    const file = path.join(server.home, '.env');
    await writeFile(file, 'IMAGE_TAG=old\n');
    await chmod(file, 0o640);
    await host.writeFile(file, 'IMAGE_TAG=new\n');
    expect(String(await host.readFile(file))).toBe('IMAGE_TAG=new\n');
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    await host.writeFile('fresh', 'x', { mode: 0o600 });
    expect((await stat(path.join(server.home, 'fresh'))).mode & 0o777).toBe(0o600);
  });

  it('of any size arrives', async () => {
    const content = randomBytes(5_000_000);
    await connect().writeFile(
      'large',
      Readable.from([content.subarray(0, 1_000_000), content.subarray(1_000_000)]),
    );
    const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(sum(await readFile(path.join(server.home, 'large')))).toBe(sum(content));
  });

  it('stays as it was when the connection breaks on the way', async () => {
    const host = connect();
    await host.writeFile('kept', 'old');
    const slow = async function* () {
      yield Buffer.alloc(100_000, 'n');
      await delay(300);
      await server.cut();
      yield Buffer.alloc(100_000, 'n');
    };
    await expect(host.writeFile('kept', Readable.from(slow()))).rejects.toMatchObject({
      problem: 'unavailable',
    });
    expect(String(await host.readFile('kept'))).toBe('old');
  });

  it('is one of both, whole, when two write it at once', async () => {
    const contents = ['a', 'b'].map((letter) => letter.repeat(200_000));
    for (let n = 0; n < 10; n += 1) {
      await Promise.all(contents.map((content) => connect().writeFile('both', content)));
      expect(contents).toContain(String(await connect().readFile('both')));
    }
  });

  it('that is not there is none', async () => {
    expect(await connect().readFile('nowhere/at/all')).toBeNull();
    await expect(connect().writeFile('nowhere/at/all', 'x')).rejects.toThrow(/no directory/);
  });
});

describe('work on the host', () => {
  let works = 0;

  /** Leaves a line each time it is really done; another work at each call, also when a test is tried again. */
  function work(name: string, seconds = 0) {
    works += 1;
    const id = `${name}${works}/step`;
    const script = 'echo "$1" >>"$2"; echo begun; sleep "$3"; cat; echo done; exit 7';
    const file = path.join(server.home, `done-${id.replace('/', '-')}`);
    const argv = ['sh', '-c', script, 'sh', 'once', file, String(seconds)] as const;
    return { file, run: { id, argv, input: 'secret\n', timeLimit: 30_000 } };
  }

  it('is done once, however many begin it', async () => {
    const { run, file } = work('op-many', 0.3);
    await Promise.all(
      Array.from({ length: 3 }, () => [connect(), connect()])
        .flat()
        .map((host) => host.start(run)),
    );
    await connect().start(run);
    const { end, output } = await followed(connect(), run.id);
    await connect().start(run);
    expect(end).toMatchObject({ state: 'ended', status: 7 });
    expect(output).toBe('begun\nsecret\ndone\n');
    expect(await readFile(file, 'utf8')).toBe('once\n');
  });

  it('goes on when the connection is cut, and another process finds it', async () => {
    const { run, file } = work('op-cut', 1);
    await connect().start(run);
    await server.cut();
    await connect().start(run);
    await server.cut();
    expect((await followed(connect(), run.id)).end).toMatchObject({ state: 'ended', status: 7 });
    expect(await readFile(file, 'utf8')).toBe('once\n');
  });

  it('keeps no secret when it has ended', async () => {
    const { run } = work('op-quiet');
    await connect().start(run);
    await followed(connect(), run.id);
    const grep = spawnSync('grep', ['-rl', 'secret', path.join(server.home, '.slipway/runs', run.id)], {
      encoding: 'utf8',
    });
    // What it printed itself is in its output; its input is gone.
    expect(grep.stdout.trim().split('\n')).toEqual([
      path.join(server.home, '.slipway/runs', run.id, 'output'),
    ]);
  });

  it('that was ended from outside is lost, and is not done again', async () => {
    const { run, file } = work('op-lost', 20);
    const host = connect();
    await host.start(run);
    const directory = path.join(server.home, '.slipway/runs', run.id);
    const pidIn = async (name: string) =>
      Number((await readFile(path.join(directory, name), 'utf8')).split(' ')[0]);
    await expect.poll(() => pidIn('worker').catch(() => 0)).toBeGreaterThan(0);
    const [owner, worker] = await Promise.all([pidIn('owner'), pidIn('worker')]);
    process.kill(owner, 'SIGKILL');
    expect(await host.look({ id: run.id, from: 0 })).toMatchObject({ state: 'running' });
    process.kill(-worker, 'SIGKILL');
    await expect.poll(() => host.look({ id: run.id, from: 0 })).toMatchObject({ state: 'lost' });
    await host.start(run);
    expect(await host.look({ id: run.id, from: 0 })).toMatchObject({ state: 'lost' });
    expect(await readFile(file, 'utf8')).toBe('once\n');
  });

  it('of another life of the machine is lost, whatever has its number now', async () => {
    const directory = path.join(server.home, '.slipway/runs/op-boot/step');
    await mkdir(directory, { recursive: true });
    await writeFile(path.join(directory, 'owner'), `${process.pid} 1 another-boot\n`);
    await writeFile(path.join(directory, 'result'), 'running    \n');
    await writeFile(path.join(directory, 'output'), 'half\n');
    expect(await connect().look({ id: 'op-boot/step', from: 0 })).toMatchObject({
      state: 'lost',
      why: 'web-1 was restarted',
      output: 'half\n',
    });
  });

  it('ends at its time limit', async () => {
    const host = connect();
    await host.start({ id: 'op-late/step', argv: ['sleep', '60'], timeLimit: 1_000 });
    expect((await followed(host, 'op-late/step')).end).toMatchObject({ state: 'ended', status: 124 });
  });

  it('can be asked to end', async () => {
    const host = connect();
    await host.start({ id: 'op-stop/step', argv: ['sleep', '60'], timeLimit: 60_000 });
    await expect
      .poll(() =>
        stat(path.join(server.home, '.slipway/runs/op-stop/step/worker')).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await host.stop('op-stop/step');
    const { end } = await followed(host, 'op-stop/step');
    expect(end).toMatchObject({ state: 'ended', status: expect.toSatisfy((status) => status !== 0) });
  });

  it('that was never begun is absent', async () => {
    expect(await connect().look({ id: 'op-never/step', from: 0 })).toEqual({ state: 'absent' });
  });

  it.each([
    '../../etc',
    'op/../x',
    'op/a b',
    '-rf',
    'op/$(id)',
    '',
  ])('is refused an id such as %j', async (id) => {
    await expect(connect().start({ id, argv: ['true'], timeLimit: 1_000 })).rejects.toThrow(/id of a run/);
  });
});

describe('a disk that is full', () => {
  it('is named, and leaves what was there', async () => {
    const directory = path.join(server.home, 'small');
    await mkdir(directory, { recursive: true });
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory]).status).toBe(0);
    onTestFinished(() => void spawnSync('umount', ['-l', directory]));
    const host = connect({ workDirectory: directory });
    await host.writeFile(path.join(directory, 'kept'), 'old');
    await host.start({
      id: 'op-fill/step',
      argv: ['sh', '-c', 'cat /dev/zero | head -c 200000; echo end >&2'],
      timeLimit: 10_000,
    });
    const { end } = await followed(host, 'op-fill/step');
    expect(end).toMatchObject({ state: 'ended' });
    await expect(host.writeFile(path.join(directory, 'kept'), 'x'.repeat(20_000))).rejects.toThrow(
      /disk of web-1 is full/,
    );
    expect(String(await host.readFile(path.join(directory, 'kept')))).toBe('old');
    await expect(host.start({ id: 'op-none/step', argv: ['true'], timeLimit: 1_000 })).rejects.toThrow(
      /disk of web-1 is full/,
    );
  });
});
