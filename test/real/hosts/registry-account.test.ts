import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTargets } from '../../../integrations/kinds.ts';
import { createRegistrySource } from '../../../integrations/registry/artifact-source.ts';
import { type CredentialSource, credentialsFor } from '../../../integrations/registry/credentials.ts';
import type { DeployTarget } from '../../../integrations/target.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { contextOf, deployPlan, runStep, type StepEnd } from '../../contract/target/drive.ts';
import { pushApp } from '../../support/host/app-images.ts';
import {
  ACCOUNT,
  type DockerEngine,
  startDockerEngine,
  startRegistry,
  type TestRegistry,
} from '../../support/host/docker-engine.ts';
import { startTestHost, type TestHost } from '../../support/host/test-host.ts';

const { password: TOKEN } = ACCOUNT;

let server: TestHost;
let engine: DockerEngine;
let registry: TestRegistry;
let target: DeployTarget;
let tokenFile: string;
let account: { readonly image: string; readonly credentials: CredentialSource };

beforeAll(async () => {
  [server, engine, registry] = await Promise.all([
    startTestHost(),
    startDockerEngine(),
    startRegistry({ accounts: ACCOUNT.htpasswd }),
  ]);
  const image = `${registry.host}/avatar/api`;
  engine.docker('login', '-u', 'rayhu', '-p', TOKEN, registry.host);
  pushApp(engine, image, [{ version: 'v1.0.0' }, { version: 'v1.1.0' }]);
  const directory = path.join(server.home, 'avatar');
  mkdirSync(directory);
  writeFileSync(path.join(directory, '.env'), 'IMAGE_TAG=v1.0.0\n');
  const services = { api: { image: `${image}:\${IMAGE_TAG}` } };
  writeFileSync(path.join(directory, 'docker-compose.yml'), JSON.stringify({ version: '3.7', services }));
  tokenFile = path.join(path.dirname(server.home), 'token');
  writeFileSync(tokenFile, `${TOKEN}\n`);
  const registries = { [registry.host]: { username: 'rayhu', passwordFile: tokenFile } };
  account = { image, credentials: credentialsFor(registries, new Map())(registry.host) };
  const config = configSchema.parse({
    registries,
    environments: { production: {} },
    hosts: { 'avatar-1': server.config({ environment: { DOCKER_HOST: engine.address } }) },
    services: {
      avatar: {
        environments: {
          production: { target: { kind: 'compose', host: 'avatar-1', directory, images: { api: image } } },
        },
      },
    },
  });
  const made = createTargets(config).get('avatar/production');
  if (made === undefined) throw new Error('the config has no such target');
  target = made;
});
afterAll(async () => {
  await target?.close();
  await Promise.all([server?.stop(), registry?.stop(), engine?.stop()]);
});

/** The pull of a version, what its thread was told, and whether the token was ever among the arguments of a process. */
async function pull(operationId: string, step: PlannedStep) {
  const lines: string[] = [];
  let seen = false;
  const looking = setInterval(() => {
    seen ||= argumentsOfAll().some((words) => words.includes(TOKEN));
  }, 10);
  const context = { ...contextOf(operationId), log: (line: string) => void lines.push(line) };
  const end: StepEnd = await runStep(target, step, context).finally(() => clearInterval(looking));
  return { end, said: JSON.stringify([lines, end]), seen };
}

function argumentsOfAll(): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
}

/** Files below a directory that hold the token. */
function holding(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(TOKEN));
}

async function pullStep(): Promise<PlannedStep> {
  const [step] = (await deployPlan(target, 'v1.1.0')).steps;
  if (step === undefined) throw new Error('the plan has no steps');
  return step;
}

it('looks versions up and pulls with the account, and leaves its password nowhere', async () => {
  expect(await target.recentVersions(5)).toEqual(['v1.1.0', 'v1.0.0']);
  const { end, said, seen } = await pull('op_pull', await pullStep());
  expect(end).toMatchObject({ ok: true });
  expect(said).not.toContain(TOKEN);
  expect(seen).toBe(false);
  expect(holding(server.home)).toEqual([]);
});

it('says plainly that a password is wrong, here and on the host, and takes the next one from the file', async () => {
  const step = await pullStep();
  engine.docker('image', 'prune', '-af');
  writeFileSync(tokenFile, 'it-has-expired');
  const { end, said } = await pull('op_expired', step);
  expect(end).toMatchObject({ ok: false, problem: 'permission' });
  expect(said).toContain('rayhu');
  expect(said).not.toContain('it-has-expired');
  const { credentials, image } = account;
  const fresh = createRegistrySource({ image, credentials });
  await expect(fresh.versions(1)).rejects.toMatchObject({
    problem: 'permission',
    message: `The registry ${registry.host} does not accept rayhu with that password (401). Is it right, and still good?`,
  });
  writeFileSync(tokenFile, TOKEN);
  expect((await pull('op_renewed', step)).end).toMatchObject({ ok: true });
  expect(await fresh.versions(1)).toEqual(['v1.1.0']);
});
