import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DockerEngine } from './docker-engine.ts';

/** A small web service: `/version` tells its version, `/health` answers well. */
export interface AppVersion {
  readonly version: string;
  /** Ends at once with these last words, as a service does that is not configured. */
  readonly broken?: string;
  /** Runs, and its `/health` is not there. */
  readonly ill?: boolean;
  /** More files, by path; those in `bin` are programs. */
  readonly files?: Readonly<Record<string, string>>;
}

const TOOLS = [
  'sh',
  'httpd',
  'sleep',
  'cat',
  'echo',
  'ls',
  'env',
  'wget',
  'test',
  'touch',
  'grep',
  'cp',
  'mkdir',
];

/** Makes the versions of an image and pushes them. */
export function pushApp(engine: DockerEngine, image: string, versions: readonly AppVersion[]): void {
  for (const { version, broken, ill, files = {} } of versions) {
    const root = mkdtempSync(path.join(tmpdir(), 'slipway-image-'));
    for (const name of ['bin', 'www', 'tmp', 'data']) mkdirSync(path.join(root, name));
    cpSync('/bin/busybox', path.join(root, 'bin/busybox'));
    for (const tool of TOOLS) symlinkSync('busybox', path.join(root, 'bin', tool));
    writeFileSync(path.join(root, 'www/version'), `${image.split('/').at(-1)} ${version}\n`);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(root, name), text, { mode: name.startsWith('bin/') ? 0o755 : 0o644 });
    }
    if (ill !== true) writeFileSync(path.join(root, 'www/health'), 'ok\n');
    const command =
      broken === undefined
        ? ['httpd', '-f', '-p', '8080', '-h', '/www']
        : ['sh', '-c', `echo "starting ${version}"; echo "${broken}"; exit 1`];
    engine.importImage(`${image}:${version}`, root, [`CMD ${JSON.stringify(command)}`]);
    engine.docker('push', '-q', `${image}:${version}`);
    engine.docker('rmi', `${image}:${version}`);
    rmSync(root, { recursive: true });
  }
}
