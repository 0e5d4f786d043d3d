/**
 * The Docker image, built and run by a real engine: what is in it, as whom it runs, what it needs, how it ends.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { documentedShell } from '../../support/documentation.ts';
import { type DockerEngine, startDockerEngine } from '../../support/host/docker-engine.ts';
import { type BotContainer, runAsTyped } from '../../support/image/container.ts';
import { makeNodeImage, NODE_IMAGE } from '../../support/image/node-image.ts';
import { buildAsTyped } from '../../support/image/slipway-image.ts';
import { temporaryDirectory } from '../../support/processes.ts';
import { openWorkspace, says } from '../../support/workspace.ts';

const IMAGE = 'slipway';
/** What the page tells people to type. */
const [BUILD = '', TRY = '', RUN = '', DOCTOR = ''] = documentedShell('docs/packaging.md', 'package');
/** What somebody forgot to take away, in places that are sent to the builder. */
const CANARY = 'canary-4f1d9e27c0';
const FORGOTTEN = [
  '.env',
  '.npmrc',
  'src/.env.production',
  'src/.npmrc',
  'integrations/deploy.pem',
  'slipway.yaml',
];
/** Megabytes that we put on top of the base image. */
const MOST_OF_OURS = 210;

describe('the image', () => {
  const sources = temporaryDirectory();
  let engine: DockerEngine;
  let building: string;
  beforeAll(async () => {
    engine = await startDockerEngine();
    makeNodeImage(engine);
    copySources(sources.path);
    building = await buildAsTyped(engine, { typed: BUILD, directory: sources.path });
  }, 500_000);
  afterAll(async () => {
    await engine?.stop();
    sources.remove();
  });

  const inside = (script: string) =>
    engine.docker('run', '--rm', '--network', 'none', '--entrypoint', 'sh', IMAGE, '-c', script).trim();
  const megabytes = (image: string) =>
    Number(engine.docker('image', 'inspect', '-f', '{{.Size}}', image)) / 1e6;

  it('is small: its size is told', () => {
    const [whole, base] = [megabytes(IMAGE), megabytes(NODE_IMAGE)];
    console.log(
      `image: ${whole.toFixed(0)} MB, of which ${base.toFixed(0)} MB are ${NODE_IMAGE} as assembled here and ${(whole - base).toFixed(0)} MB ours`,
    );
    expect(whole - base).toBeLessThan(MOST_OF_OURS);
  });

  it('runs as a user without rights, who owns nothing of the program', () => {
    expect(inside('id -u; id -g')).toBe('10001\n10001');
    expect(engine.docker('image', 'inspect', '-f', '{{.Config.User}}', IMAGE).trim()).toBe('10001:10001');
    expect(inside('find /app ! -user root -o -perm /022 ! -type l | head')).toBe('');
  });

  it('holds nothing that only development needs', () => {
    expect(inside('ls /app').split('\n')).toEqual([
      'LICENSE',
      'commands',
      'integrations',
      'manifests',
      'node_modules',
      'package.json',
      'src',
    ]);
    const there = inside(
      'cd node_modules && find . -name package.json -path "*" | sed "s,/package.json,,"',
    ).split('\n');
    const unwanted = developmentOnly().filter((name) => there.includes(`./${name}`));
    expect(unwanted).toEqual([]);
    expect(there).toContain('./@slack/bolt');
    expect(inside('find / -xdev \\( -name "*.test.ts" -o -name "*.map" -path "/app/*" \\) | head')).toBe('');
  });

  it('holds no secret of the machine that built it: no file, no variable, no line of its history', () => {
    expect(building).toContain('npm ci');
    expect(inside(`grep -rlF ${CANARY} /app /home /data /etc /root 2>/dev/null; true`)).toBe('');
    for (const name of FORGOTTEN)
      expect(inside(`ls -a /app/${path.dirname(name)}`)).not.toContain(path.basename(name));
    const variables = z
      .array(z.string())
      .parse(JSON.parse(engine.docker('image', 'inspect', '-f', '{{json .Config.Env}}', IMAGE)));
    expect(variables.map((one) => one.split('=')[0]).sort()).toEqual([
      'NODE_ENV',
      'NODE_VERSION',
      'PATH',
      'PORT',
      'SLIPWAY_DATA',
    ]);
    expect(engine.docker('history', '--no-trunc', IMAGE)).not.toMatch(/registry|token/i);
  });

  it('starts under every name that people try, and says what it is', () => {
    const said = engine.docker('run', '--rm', '--network', 'none', IMAGE, '--version').trim();
    expect(said).toBe(
      z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8'))).version,
    );
    expect(engine.docker('run', '--rm', '--network', 'none', IMAGE, '--help')).toContain('playground');
  });

  describe('with a playground, on the network of the machine', () => {
    let bot: BotContainer;
    beforeAll(async () => {
      bot = await runAsTyped(engine, {
        typed: RUN,
        name: 'playground',
        volume: 'playground',
        directory: sources.path,
      });
      await bot.ready();
    }, 400_000);

    it('turns healthy', async () => {
      await expect.poll(() => bot.health(), { timeout: 120_000, interval: 500 }).toBe('healthy');
    });

    it('shows its page to this machine, and is not there for any other', async () => {
      expect(await (await fetch(bot.playground)).text()).toContain('<title>');
      const { port } = new URL(bot.playground);
      engine.docker('network', 'create', 'elsewhere');
      const format = '{{(index .IPAM.Config 0).Gateway}}';
      const address = engine.docker('network', 'inspect', '-f', format, 'elsewhere').trim();
      for (const one of [Number(port), bot.port]) {
        expect(await connects(address, one)).toBe(false);
        expect(await connects('127.0.0.1', one)).toBe(true);
      }
    });

    it('passes its own doctor', async () => {
      const { code, output } = await bot.execAsTyped(DOCTOR);
      console.log(`doctor in the container: ${output.trim().split('\n').at(-1)}`);
      expect(output).toMatch(/All (\d+) checks passed|^(\d+) of \2 checks passed/m);
      expect(code).toBe(0);
    });

    it('keeps what it does in its volume: asked in one container, approved and done in the next', async () => {
      const ana = (await openWorkspace(bot.playground)).person('ana');
      await ana.command('deploys', '/deploy lock frontend production "moving house"');
      await ana.command('deploys', '/deploy api v1.1.0 production');
      const asked = await ana.see('deploys', says('Deploy api to production', 'Waiting for approval'));
      expect(await bot.stop(30)).toBe(0);
      bot.remove();

      bot = await runAsTyped(engine, {
        typed: RUN,
        name: 'playground-again',
        volume: 'playground',
        directory: sources.path,
      });
      await bot.ready();
      const workspace = await openWorkspace(bot.playground);
      const [later, bo] = [workspace.person('ana'), workspace.person('bo')];
      expect(says('moving house')(await later.ask('deploys', '/deploy frontend v1.1.0 production'))).toBe(
        true,
      );
      await bo.react('deploys', asked.ts, 'white_check_mark');
      await later.see('deploys', (now) => now.ts === asked.ts && says('Done')(now));
      expect(await workspace.serving('api', 'production')).toMatchObject({ version: 'v1.1.0' });
    });

    it('is killed in the middle of its work, started again, and ends it', async () => {
      const ana = (await openWorkspace(bot.playground)).person('ana');
      await ana.command('deploys', '/deploy api v1.2.0 staging');
      const message = await ana.see('deploys', says('Deploy api to staging', 'Running'));
      engine.docker('kill', bot.name);
      engine.docker('start', bot.name);
      await bot.ready();
      await ana.see('deploys', (now) => now.ts === message.ts && says('Done')(now));
    });

    it('writes its log to standard output, a JSON object a line', () => {
      const lines = bot.lines().filter((line) => !/^(Playground|Slipway ready) http/.test(line));
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines)
        expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), time: expect.any(Number) });
    });

    it('ends when it is asked to, well and in time', async () => {
      expect(await bot.stop(10)).toBe(0);
      expect(bot.state()).toBe('exited');
    });

    it('is tried without anything', async () => {
      const tried = await runAsTyped(engine, {
        typed: TRY,
        name: 'tried',
        volume: 'tried',
        directory: sources.path,
      });
      await tried.ready();
      expect((await fetch(tried.playground)).status).toBe(200);
      expect(await tried.stop(10)).toBe(0);
    });
  });
});

/** What git knows of the sources, with the present changes, and what somebody forgot beside it. */
function copySources(directory: string): void {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z']);
  execFileSync('sh', ['-c', 'tar --null -cf - -T - | tar -xf - -C "$1"', 'sh', directory], { input: files });
  mkdirSync(path.join(directory, '.git'));
  writeFileSync(path.join(directory, '.git/config'), CANARY);
  for (const name of FORGOTTEN) writeFileSync(path.join(directory, name), `token=${CANARY}\n`);
}

/** Packages that the lock file marks as needed in development only, by their place. */
function developmentOnly(): readonly string[] {
  const lock = z
    .object({ packages: z.record(z.string(), z.object({ dev: z.boolean().default(false) })) })
    .parse(JSON.parse(readFileSync('package-lock.json', 'utf8')));
  const places = Object.entries(lock.packages).filter(([, { dev }]) => dev);
  return places.map(([place]) => place.replace(/^node_modules\//, ''));
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5_000 });
    const end = (answer: boolean) => resolve(socket.destroy() && answer);
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
