import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
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

const IMAGE = 'slipway-postgres:test';
const USER = 'saga';

/** A compose project with a real PostgreSQL in a container. */
export interface PostgresProject {
  readonly project: string;
  readonly service: string;
  readonly user: string;
  readonly database: string;
  /** Runs SQL in the database and gives what it printed, unaligned. */
  sql(text: string): string;
  stop(): void;
}

/** Makes the image from the PostgreSQL of this machine: none can be pulled. */
export function makePostgresImage(engine: DockerEngine): void {
  const root = mkdtempSync(path.join(tmpdir(), 'slipway-postgres-image-'));
  const [version] = readdirSync('/usr/lib/postgresql').sort().toReversed();
  const programs = `/usr/lib/postgresql/${version}`;
  for (const directory of ['bin', 'tmp', 'etc', 'var/run/postgresql', 'data']) {
    mkdirSync(path.join(root, directory), { recursive: true });
  }
  for (const tree of [programs, `/usr/share/postgresql/${version}`, '/usr/share/zoneinfo']) {
    cpSync(tree, path.join(root, tree), { recursive: true, dereference: true });
  }
  for (const library of librariesOf(programs)) {
    mkdirSync(path.join(root, path.dirname(library)), { recursive: true });
    copyFileSync(library, path.join(root, library));
  }
  copyFileSync('/bin/busybox', path.join(root, 'bin/busybox'));
  for (const tool of ['sh', 'chown', 'su', 'cat', 'test'])
    symlinkSync('busybox', path.join(root, 'bin', tool));
  writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\npostgres:x:999:999::/data:/bin/sh\n');
  writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\npostgres:x:999:\n');
  writeFileSync(path.join(root, 'start'), START);
  chmodSync(path.join(root, 'start'), 0o755);
  chmodSync(path.join(root, 'tmp'), 0o1777);
  engine.importImage(IMAGE, root, [`ENV PATH=${programs}/bin:/bin`, 'CMD ["/start"]']);
  rmSync(root, { recursive: true });
}

/** Its first start makes the database; whoever is in the container may log in, as in the official image. */
const START = `#!/bin/sh
chown -R postgres:postgres /data /var/run/postgresql
exec su postgres -s /bin/sh -c '
  set -e
  export PGDATA=/data/pg
  if [ ! -e $PGDATA/PG_VERSION ]; then
    initdb -U ${USER} --auth=trust --locale=C -E UTF8 >/dev/null
    pg_ctl -w -o "-c listen_addresses=" start >/dev/null
    createdb -U ${USER} sagaforge
    pg_ctl -w stop >/dev/null
  fi
  exec postgres -c fsync=off -c listen_addresses= -c unix_socket_directories=/var/run/postgresql
'
`;

/** Starts the project; the image must be there. */
export async function startPostgresProject(engine: DockerEngine, project: string): Promise<PostgresProject> {
  const directory = mkdtempSync(path.join(tmpdir(), `slipway-${project}-`));
  writeFileSync(
    path.join(directory, 'docker-compose.yml'),
    `version: "2.4"\nservices:\n  postgres:\n    image: ${IMAGE}\n    network_mode: none\n`,
  );
  engine.compose(directory, '-p', project, 'up', '-d');
  const container = engine
    .docker('ps', '-q', '--filter', `label=com.docker.compose.project=${project}`)
    .trim();
  const sql = (text: string) =>
    engine
      .docker(
        'exec',
        container,
        'psql',
        '-X',
        '-q',
        '-A',
        '-t',
        '-v',
        'ON_ERROR_STOP=1',
        '-U',
        USER,
        '-d',
        'sagaforge',
        '-c',
        text,
      )
      .trim();
  for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    try {
      sql('select 1');
      break;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
  return {
    project,
    service: 'postgres',
    user: USER,
    database: 'sagaforge',
    sql,
    stop: () => {
      engine.docker('rm', '-f', '-v', container);
      rmSync(directory, { recursive: true });
    },
  };
}

/** Every shared library that the programs and modules of PostgreSQL need. */
function librariesOf(programs: string): readonly string[] {
  const files = ['bin', 'lib'].flatMap((directory) =>
    readdirSync(path.join(programs, directory)).map((name) => path.join(programs, directory, name)),
  );
  const wanted = files.filter((file) => /\/bin\/|plpgsql\.so$|dict_snowball\.so$/.test(file));
  const lines = wanted.flatMap((file) => {
    try {
      return execFileSync('ldd', [file], { encoding: 'utf8', stdio: 'pipe' }).split('\n');
    } catch {
      return [];
    }
  });
  const paths = lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].filter((file) => existsSync(file));
}
