/**
 * The base image of our Dockerfile, made here under its name, for nothing can be pulled: the Debian packages of this
 * machine that `bookworm-slim` has, the Node of this project and npm, laid out as in the official image.
 * @module
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DockerEngine } from '../host/docker-engine.ts';

/** As the Dockerfile names it. */
export const NODE_IMAGE = 'node:24-bookworm-slim';

/** Node 24 comes with this one. */
const NPM = 'npm@11.19.1';

/** Makes the image; takes some seconds. */
export function makeNodeImage(engine: DockerEngine): void {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-node-image-'));
  try {
    layOutDebian(root);
    layOutNode(root);
    engine.importImage(NODE_IMAGE, root, [
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      `ENV NODE_VERSION=${process.versions.node}`,
      'ENTRYPOINT ["docker-entrypoint.sh"]',
      'CMD ["node"]',
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Files of packages as dpkg knows them, without the documents that slim images leave out; no CA certificates. */
function layOutDebian(root: string): void {
  execFileSync('bash', ['-c', COPY_PACKAGES, 'bash', root], { stdio: ['ignore', 'ignore', 'pipe'] });
  execFileSync('ldconfig', ['-r', root]);
  for (const name of ['passwd', 'group']) {
    copyFileSync(`/usr/share/base-passwd/${name}.master`, path.join(root, 'etc', name));
  }
  writeFileSync(path.join(root, 'etc/shadow'), '', { mode: 0o640 });
  execFileSync('chroot', [root, 'useradd', '--uid', '1000', '--create-home', '--shell', '/bin/bash', 'node']);
}

const COPY_PACKAGES = `
set -euo pipefail
essential=$(dpkg-query -W -f '\${Essential} \${Package}\\n' | sed -n 's/^yes //p')
wanted=$(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks \\
  --no-replaces --no-enhances $essential passwd libstdc++6 | sed -n 's/^\\([a-z0-9][^ :]*\\).*/\\1/p' | sort -u)
cd "$1"
mkdir -p usr/bin usr/sbin usr/lib usr/lib64 boot dev home media mnt opt proc root run srv sys tmp
ln -s usr/bin usr/sbin usr/lib usr/lib64 .
for package in $wanted; do dpkg -L "$package" 2>/dev/null || true; done | sort -u \\
  | grep -E '^/[^ ]+/' | grep -vE '^/usr/share/(doc|man|info|locale|lintian)/' \\
  | tar -C / --no-recursion --ignore-failed-read --warning=no-failed-read -cf - -T - \\
  | tar --keep-directory-symlink -xf -
chmod 1777 tmp
`;

function layOutNode(root: string): void {
  const at = (name: string) => path.join(root, 'usr/local', name);
  mkdirSync(at('bin'), { recursive: true });
  mkdirSync(at('lib/node_modules/npm'), { recursive: true });
  copyFileSync(realpathSync(process.execPath), at('bin/node'));
  const packed = execFileSync('npm', ['pack', NPM, '--silent', '--pack-destination', root], {
    encoding: 'utf8',
  });
  const archive = path.join(root, packed.trim());
  execFileSync('tar', ['-C', at('lib/node_modules/npm'), '--strip-components=1', '-xzf', archive]);
  rmSync(archive);
  for (const name of ['npm', 'npx'])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, at(`bin/${name}`));
  writeFileSync(at('bin/docker-entrypoint.sh'), ENTRYPOINT);
  for (const name of ['bin/docker-entrypoint.sh', 'bin/node']) chmodSync(at(name), 0o755);
}

/** As in the official image: what is no command is a script for node. */
const ENTRYPOINT = `#!/bin/sh
set -e
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
  set -- node "$@"
fi
exec "$@"
`;
