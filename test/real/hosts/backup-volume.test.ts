import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { archiveBackupConfig } from '../../../integrations/host-backup/config.ts';
import { createHostBackups } from '../../../integrations/host-backup/provider.ts';
import { hostsConfig } from '../../../integrations/ssh/config.ts';
import { createSshHosts } from '../../../integrations/ssh/hosts.ts';
import { drive, forgetIntents } from '../../contract/backup/drive.ts';
import { type BackupWorld, backupSuite } from '../../contract/backup/suite.ts';
import { pushApp } from '../../support/host/app-images.ts';
import {
  type DockerEngine,
  startDockerEngine,
  startRegistry,
  type TestRegistry,
} from '../../support/host/docker-engine.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';

let engine: DockerEngine;
let registry: TestRegistry;
let server: TestHost;
let image: string;
let volumes = 0;

beforeAll(async () => {
  [engine, registry, server] = await Promise.all([startDockerEngine(), startRegistry(), startTestHost()]);
  image = `${registry.host}/shop`;
  pushApp(engine, image, [{ version: 'v1.0.0' }]);
});
afterAll(async () => {
  await Promise.all([server?.stop(), registry?.stop(), engine?.stop()]);
});
beforeEach(async () => {
  forgetIntents();
  await server.forgetRuns();
});

/** A volume that a running container has mounted; what is in it is read and written from outside. */
async function volumeWorld(): Promise<BackupWorld & { inContainer(): string }> {
  volumes += 1;
  const [volume, container] = [`shop_uploads${volumes}`, `shop-${volumes}`];
  const kept = await mkdtemp(path.join(tmpdir(), 'slipway-volume-'));
  engine.docker('volume', 'create', volume);
  engine.docker(
    ...['run', '-d', '--name', container, '--network', 'none', '-v', `${volume}:/data`, `${image}:v1.0.0`],
  );
  const mountpoint = engine.docker('volume', 'inspect', '-f', '{{.Mountpoint}}', volume).trim();
  const file = path.join(mountpoint, 'photo.jpg');
  await writeFile(file, 'as it was');
  const config = hostsConfig.parse({
    'web-1': server.config({ environment: { DOCKER_HOST: engine.address } }),
  });
  const provider = createHostBackups(
    archiveBackupConfig.parse({ kind: 'archive', host: 'web-1', volume, directory: `${kept}/backups` }),
    createSshHosts(config),
  );
  onTestFinished(async () => {
    await provider.close();
    engine.docker('rm', '-f', container);
    engine.docker('volume', 'rm', volume);
    await rm(kept, { recursive: true });
  });
  return {
    provider,
    write: (content) => writeFile(file, content),
    content: () => readFile(file, 'utf8'),
    inContainer: () => engine.docker('exec', container, 'cat', '/data/photo.jpg'),
  };
}

backupSuite('the archive of a Docker volume', volumeWorld);

describe('the archive of a Docker volume', () => {
  it('is found back by the container that has it mounted all the time', async () => {
    const { provider, write, inContainer } = await volumeWorld();
    await drive(provider, await provider.planBackup(), 'op-mounted');
    await write('lost');
    expect(inContainer()).toBe('lost');
    const [backup] = await provider.list();
    if (backup === undefined) throw new Error('no backup');
    await drive(provider, await provider.planBackup('before-restore'), 'op-back');
    await drive(provider, await provider.planRestore(backup), 'op-back');
    expect(inContainer()).toBe('as it was');
  });

  it('is refused by name where there is no such volume', async () => {
    const config = hostsConfig.parse({
      'web-1': server.config({ environment: { DOCKER_HOST: engine.address } }),
    });
    const directory = path.join(server.home, 'kept');
    const provider = createHostBackups(
      archiveBackupConfig.parse({ kind: 'archive', host: 'web-1', volume: 'nowhere', directory }),
      createSshHosts(config),
    );
    onTestFinished(() => provider.close());
    const [end] = await drive(provider, await provider.planBackup(), 'op-nowhere');
    expect(end).toMatchObject({ phase: 'failed', message: expect.stringContaining('no volume nowhere') });
  });
});
