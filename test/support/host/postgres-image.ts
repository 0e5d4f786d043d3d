import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DockerEngine } from './docker-engine.ts';

const POSTGRES = 999;
const START = [
  '[ -s /data/PG_VERSION ] || initdb -D /data -U "$POSTGRES_USER" --auth=trust -E UTF8 --locale=C >/dev/null',
  'exec postgres -D /data -k /tmp -c "listen_addresses=*" -c fsync=off',
].join('\n');

/** A real PostgreSQL as an image, from the programs of this machine; data in `/data`, its owner is POSTGRES_USER. */
export function importPostgres(engine: DockerEngine, name: string): void {
  const version = readdirSync('/usr/lib/postgresql').sort().at(-1) ?? '';
  const bin = `/usr/lib/postgresql/${version}/bin`;
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-postgres-'));
  const copy = (file: string) => cpSync(file, path.join(root, file), { recursive: true, dereference: true });
  for (const directory of ['bin', 'data', 'etc', 'tmp']) mkdirSync(path.join(root, directory));
  cpSync('/bin/busybox', path.join(root, 'bin/busybox'));
  for (const tool of ['sh', 'cat', 'gzip', 'ls']) symlinkSync('busybox', path.join(root, 'bin', tool));
  const programs = [
    'initdb',
    'postgres',
    'psql',
    'pg_dump',
    'pg_restore',
    'pg_isready',
    'createdb',
    'dropdb',
  ];
  for (const program of programs) copy(path.join(bin, program));
  for (const more of [`/usr/lib/postgresql/${version}/lib`, `/usr/share/postgresql/${version}`]) copy(more);
  if (existsSync('/usr/share/zoneinfo/Etc'))
    for (const zone of ['Etc', 'UTC']) copy(`/usr/share/zoneinfo/${zone}`);
  for (const library of librariesOf(programs.map((program) => path.join(bin, program)))) copy(library);
  writeFileSync(
    path.join(root, 'etc/passwd'),
    `root:x:0:0::/:/bin/sh\npostgres:x:${POSTGRES}:${POSTGRES}::/tmp:/bin/sh\n`,
  );
  writeFileSync(path.join(root, 'bin/start'), `#!/bin/sh\n${START}\n`, { mode: 0o755 });
  chmodSync(path.join(root, 'tmp'), 0o1777);
  chmodSync(path.join(root, 'data'), 0o700);
  chownSync(path.join(root, 'data'), POSTGRES, POSTGRES);
  engine.importImage(name, root, [
    `USER ${POSTGRES}`,
    `ENV PATH=${bin}:/bin`,
    'ENV PGHOST=/tmp',
    'CMD ["start"]',
  ]);
  rmSync(root, { recursive: true });
}

function librariesOf(programs: readonly string[]): ReadonlySet<string> {
  const { stdout } = spawnSync('ldd', programs, { encoding: 'utf8' });
  return new Set([...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap(([, file]) => file ?? []));
}
