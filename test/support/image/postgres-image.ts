import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { postgresBinaries } from '../../../src/store/embedded/binaries.ts';
import type { DockerEngine } from '../host/docker-engine.ts';
import { NODE_IMAGE } from './node-image.ts';

/** As docker-compose.yml names it. */
export const POSTGRES_IMAGE = 'postgres:18-bookworm';

/**
 * Makes that image, for none can be pulled: the PostgreSQL 18 that the bot brings along, `pg_isready` of Debian, and
 * what the official image promises of its variables, its volume, its user and its signals. The base image must be there.
 */
export async function makePostgresImage(engine: DockerEngine): Promise<void> {
  const context = mkdtempSync(path.join(tmpdir(), 'slipway-postgres-image-'));
  try {
    const { postgres } = await postgresBinaries();
    cpSync(path.resolve(postgres, '../..'), path.join(context, 'postgresql'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const [debian] = readdirSync('/usr/lib/postgresql').sort().toReversed();
    mkdirSync(path.join(context, 'client'));
    cpSync(`/usr/lib/postgresql/${debian}/bin/pg_isready`, path.join(context, 'client/pg_isready'));
    writeFileSync(path.join(context, 'entrypoint'), ENTRYPOINT, { mode: 0o755 });
    writeFileSync(path.join(context, 'Dockerfile'), DOCKERFILE);
    engine.docker('build', '-q', '-t', POSTGRES_IMAGE, context);
  } finally {
    rmSync(context, { recursive: true });
  }
}

const DOCKERFILE = `
FROM ${NODE_IMAGE}
RUN groupadd --gid 999 postgres && useradd --uid 999 --gid postgres --home-dir /var/lib/postgresql postgres \\
  && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql /var/run/postgresql
COPY postgresql /usr/lib/postgresql/18
COPY client /usr/lib/postgresql/18/bin
COPY entrypoint /usr/local/bin/docker-entrypoint.sh
ENV PATH=/usr/lib/postgresql/18/bin:/usr/bin:/bin LD_LIBRARY_PATH=/usr/lib/postgresql/18/lib
ENV PGDATA=/var/lib/postgresql/18/docker
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]
CMD ["postgres"]
`;

/** The parts of the official one that a compose file can see. */
const ENTRYPOINT = `#!/bin/bash
set -euo pipefail
[ "$1" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA"
  chown -R postgres /var/lib/postgresql
  exec setpriv --reuid=postgres --regid=postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "\${POSTGRES_PASSWORD:-}" ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  user=\${POSTGRES_USER:-postgres}
  initdb -U "$user" --pwfile=<(printf '%s\\n' "$POSTGRES_PASSWORD") --auth=trust --locale=C --encoding=UTF8 >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  name=\${POSTGRES_DB:-$user}
  [ "$name" = postgres ] || echo "CREATE DATABASE \\"$name\\";" | postgres --single -D "$PGDATA" postgres >/dev/null
fi
exec "$@" -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
`;
