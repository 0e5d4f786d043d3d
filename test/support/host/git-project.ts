import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DockerEngine } from './docker-engine.ts';

/** Files of a commit by path; null takes one away. */
export type Tree = Readonly<Record<string, string | null>>;

/** A repository that a host clones, and to which versions are published. */
export interface GitOrigin {
  /** A bare repository; nobody works in it. */
  readonly url: string;
  /** Commits these files on top of what was published before, and lets a tag name it: again, if it did before. */
  publish(tag: string, files: Tree): string;
  /** The host cannot reach it. */
  down(): void;
  up(): void;
}

export function makeOrigin(directory: string): GitOrigin {
  const at = (name: string) => path.join(directory, name);
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '-q', '--bare', '-b', 'main', at('origin.git'));
  const author = at('author');
  git(directory, 'init', '-q', '-b', 'main', author);
  git(author, 'remote', 'add', 'origin', at('origin.git'));
  return {
    url: at('origin.git'),
    publish(tag, files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(author, name)), { recursive: true });
        if (text === null) rmSync(path.join(author, name), { force: true });
        else writeFileSync(path.join(author, name), text, { mode: /(^|\/)bin\//.test(name) ? 0o755 : 0o644 });
      }
      git(author, 'add', '-A');
      git(author, 'commit', '-q', '--allow-empty', '-m', tag);
      // As a tag of its own that names a commit, as releases have it.
      git(author, 'tag', '-f', '-a', '-m', tag, tag);
      git(author, 'push', '-q', '-f', 'origin', 'HEAD:main', tag);
      return git(author, 'rev-parse', 'HEAD').trim();
    },
    down: () => execFileSync('mv', [at('origin.git'), at('away.git')]),
    up: () => execFileSync('mv', [at('away.git'), at('origin.git')]),
  };
}

/** Runs git in a directory as somebody at a terminal there would. */
export function git(directory: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=Ana', '-c', 'user.email=ana@shop.example'];
  return execFileSync('git', ['-C', directory, ...who, ...args], { encoding: 'utf8' });
}

/** An image with a shell and little else, from which services are built: none can be pulled. */
export function makeBaseImage(engine: DockerEngine, name: string): void {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-base-'));
  for (const directory of ['bin', 'www', 'tmp', 'data']) mkdirSync(path.join(root, directory));
  cpSync('/bin/busybox', path.join(root, 'bin/busybox'));
  for (const tool of ['sh', 'httpd', 'cat', 'echo', 'wget', 'sleep', 'test']) {
    symlinkSync('busybox', path.join(root, 'bin', tool));
  }
  engine.importImage(name, root, ['CMD ["httpd","-f","-p","8080","-h","/www"]']);
  rmSync(root, { recursive: true });
}
