import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/store/embedded/embedded-postgres.ts';
import { temporaryDirectory } from '../../support/processes.ts';

it('of the database’s password and log let nobody else read', async () => {
  const directory = temporaryDirectory();
  const postgres = await startEmbeddedPostgres(directory.path);
  const modes = ['postgres', 'postgres.password', 'postgres.log'].map(
    (name) => statSync(`${directory.path}/${name}`).mode & 0o077,
  );
  await postgres.stop();
  directory.remove();
  expect(modes).toEqual([0, 0, 0]);
});
