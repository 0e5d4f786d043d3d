import { execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { freePort } from './processes.ts';

/** The PostgreSQL of Debian's package, as an operator has it who brings their own. */
export interface DebianPostgres {
  /** The address of a database, which is made. */
  database(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one in a directory, as the package's account: PostgreSQL does not run as root. */
export async function startDebianPostgres(directory: string): Promise<DebianPostgres> {
  const [version = ''] = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
  const bin = `/usr/lib/postgresql/${version}/bin`;
  const [, uid = '', gid = ''] =
    /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  const account = { uid: Number(uid), gid: Number(gid) };
  const data = path.join(directory, 'postgres');
  mkdirSync(data);
  chownSync(data, account.uid, account.gid);
  execFileSync(`${bin}/initdb`, ['-D', data, '--auth=trust', '--username=slipway'], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  const port = await freePort();
  const server = spawn(
    `${bin}/postgres`,
    ['-D', data, '-p', String(port), '-k', '', '-c', 'listen_addresses=127.0.0.1'],
    {
      ...account,
      cwd: '/',
      stdio: 'ignore',
    },
  );
  const ended = new Promise((resolve) => server.once('close', resolve));
  const address = (name: string) => `postgresql://slipway@127.0.0.1:${port}/${name}`;
  await untilItAnswers(address('postgres'));
  return {
    database: async (name) => {
      const client = new pg.Client(address('postgres'));
      await client.connect();
      await client.query(`create database ${client.escapeIdentifier(name)}`);
      await client.end();
      return address(name);
    },
    stop: async () => {
      server.kill('SIGINT');
      await ended;
    },
  };
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (tries > 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
