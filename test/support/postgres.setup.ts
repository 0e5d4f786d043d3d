import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../../src/store/embedded/embedded-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real PostgreSQL for the whole run. */
    postgresUrl: string;
  }
}

/** Starts one PostgreSQL for the run and stops it when the run is over. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-test-'));
  const postgres = await startEmbeddedPostgres(directory);
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
