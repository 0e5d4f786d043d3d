import { existsSync, readFileSync } from 'node:fs';

/** A command as `spawn` takes it. */
export interface SpawnCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** A system account that PostgreSQL can run as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const SETPRIV = '/usr/bin/setpriv';

/**
 * The account to run PostgreSQL as: it refuses to be root. Null when we are not root ourselves.
 * `postgres` where the system has it, else `nobody`, which every system has.
 */
export function unprivilegedAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = ['postgres', 'nobody']
    .map((name) => accounts.find((fields) => fields[0] === name))
    .find(Boolean);
  if (entry === undefined)
    throw new Error('PostgreSQL cannot run as root and this system has no account nobody.');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/**
 * The command as that account. Root's own folders are often closed to others (mode 700), so the
 * account keeps the one capability that lets it pass them, where `setpriv` can give it.
 */
export function asAccount(account: Account | null, file: string, args: readonly string[]): SpawnCommand {
  if (account === null) return { file, args };
  if (!existsSync(SETPRIV)) return { file, args, ...account };
  return { file: SETPRIV, args: [...privileges(account), '--', file, ...args] };
}

function privileges(account: Account): readonly string[] {
  return [
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
    // access(2) honours the capability only with this: PostgreSQL asks it whether its programs can be run.
    '--securebits=+no_setuid_fixup',
  ];
}
