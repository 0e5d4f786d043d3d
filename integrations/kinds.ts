import type { BackupProviderConfig } from '../src/config/backup.ts';
import type { Config, ServiceConfig, ServiceEnvironmentConfig } from '../src/config/schema.ts';
import { type TargetRef, targetKey } from '../src/domain/target.ts';
import type { ArtifactSource } from './artifacts.ts';
import { type BackupProvider, withBackup } from './backup.ts';
import { type HttpChecker, isHttpCheck } from './checks.ts';
import { type CloudRunApi, type CloudRunConnection, connectCloudRun } from './cloud-run/client.ts';
import { createCloudRunTarget } from './cloud-run/target.ts';
import { createCloudSqlBackups } from './cloud-sql/provider.ts';
import type { Repository } from './code-hosts.ts';
import type { PullCredentials } from './compose/binding.ts';
import { createComposeGitTarget } from './compose/git/target.ts';
import { createComposeTarget } from './compose/target.ts';
import { createFilesTarget } from './files/target.ts';
import { createGithubActionsTarget } from './github-actions/target.ts';
import type { Host } from './host.ts';
import { createHostBackups } from './host-backup/provider.ts';
import { createHttpChecker } from './http/checker.ts';
import { batchReads } from './kubernetes/batching.ts';
import { podFetch } from './kubernetes/blue-green/pod-fetch.ts';
import { connectKubernetes, type KubernetesApi } from './kubernetes/client.ts';
import type { KubernetesConnection } from './kubernetes/connection.ts';
import { createKubernetesTarget } from './kubernetes/target.ts';
import { createRegistrySource } from './registry/artifact-source.ts';
import { credentialsFor } from './registry/credentials.ts';
import { parseRepository } from './registry/repository.ts';
import { createSshHosts } from './ssh/hosts.ts';
import type { DeployTarget } from './target.ts';
import { createVeleroBackups } from './velero/provider.ts';
import { connectVercel } from './vercel/client.ts';
import { createVercelTarget } from './vercel/target.ts';

/** What targets of all kinds are built with. */
export interface TargetDependencies {
  readonly checker: HttpChecker;
  /** Targets behind the same endpoint share a connection, which the last one closes. */
  readonly cloudRun: (connection: CloudRunConnection) => CloudRunApi;
  /** Targets of one cluster, seen by one identity, share a connection in the same way. */
  readonly kubernetes: (connection: KubernetesConnection) => KubernetesApi;
  /** How a registry, by its host, lets images be pulled; null for without a sign-in. */
  readonly credentials: PullCredentials;
  /** Where the versions of an image repository are; one for all targets that run it. */
  readonly artifacts: (image: string) => ArtifactSource;
  /** The repositories of services, by the service's name. */
  readonly repositories: ReadonlyMap<string, Repository>;
  readonly vercelToken: string | null;
  /** Hosts by their names in the config; each user of one closes it for himself. */
  readonly hosts: (name: string) => Host;
  /** For archives of private repositories; null for none. */
  readonly githubToken: string | null;
}

/** One target to build: where it stands in the config, and what the config says. */
interface Binding {
  readonly ref: TargetRef;
  readonly service: ServiceConfig;
  readonly environment: ServiceEnvironmentConfig;
}

/** Every target of the config, by its key. Nothing is connected yet; whoever asks for them closes them. */
export function createTargets(
  config: Pick<Config, 'services' | 'hosts' | 'registries'>,
  dependencies: Partial<TargetDependencies> & {
    /** Those of `registries` that are in no file, by host. */
    readonly registryPasswords?: ReadonlyMap<string, string>;
  } = {},
): ReadonlyMap<string, DeployTarget> {
  const credentials = credentialsFor(config.registries, dependencies.registryPasswords ?? new Map());
  const all: TargetDependencies = {
    checker: createHttpChecker(),
    cloudRun: shareConnections(
      connectCloudRun,
      ({ endpoint, plaintext }) => `${endpoint ?? ''} ${plaintext}`,
    ),
    kubernetes: shareConnections(
      (connection) => batchReads(connectKubernetes(connection)),
      ({ kubeconfig, context }) => JSON.stringify([kubeconfig, context]),
    ),
    credentials: (registryHost) => credentials(registryHost)(),
    artifacts: remember((image) =>
      createRegistrySource({ image, credentials: credentials(parseRepository(image).host) }),
    ),
    repositories: new Map(),
    vercelToken: null,
    hosts: createSshHosts(config.hosts),
    githubToken: null,
    ...dependencies,
  };
  const bindings = Object.entries(config.services).flatMap(([name, service]) =>
    Object.entries(service.environments).map(([environment, settings]) => ({
      ref: { service: name, environment },
      service,
      environment: settings,
    })),
  );
  return new Map(bindings.map((binding) => [targetKey(binding.ref), withItsBackups(binding, all)]));
}

function withItsBackups(binding: Binding, dependencies: TargetDependencies): DeployTarget {
  const target = createTarget(binding, dependencies);
  const { backup } = binding.environment;
  return backup === undefined
    ? target
    : withBackup(target, createBackups(binding, backup.provider, dependencies));
}

/** Total over the kinds, as targets are. */
function createBackups(
  { ref, environment }: Binding,
  config: BackupProviderConfig,
  dependencies: TargetDependencies,
): BackupProvider {
  switch (config.kind) {
    case 'cloud-sql':
      return createCloudSqlBackups(config);
    case 'pg-dump':
    case 'archive':
      return createHostBackups(config, dependencies.hosts);
    case 'velero': {
      const cluster = dependencies.kubernetes(config);
      const { target, verify } = environment;
      const { checker } = dependencies;
      const url = target.kind === 'kubernetes' ? (target.url ?? null) : null;
      return createVeleroBackups({
        ref,
        config,
        cluster,
        pods: createHttpChecker({ fetch: podFetch(cluster, config.namespace) }),
        reached: { checker, checks: verify.filter(isHttpCheck), url },
      });
    }
  }
}

/** Total over the kinds: one without a case does not compile. */
function createTarget(binding: Binding, dependencies: TargetDependencies): DeployTarget {
  const { ref, environment } = binding;
  const config = environment.target;
  switch (config.kind) {
    case 'cloud-run': {
      const image = requiredImage(binding);
      return createCloudRunTarget({
        ref,
        config,
        api: dependencies.cloudRun(config),
        artifacts: dependencies.artifacts(image),
        checker: dependencies.checker,
        image,
        verify: environment.verify.filter(isHttpCheck),
        watch: environment.watch,
        migrationJob: environment.migrate?.job ?? null,
      });
    }
    case 'vercel': {
      if (dependencies.vercelToken === null) throw new Error('VERCEL_TOKEN is missing');
      return createVercelTarget({
        ref,
        config,
        api: connectVercel(config, dependencies.vercelToken),
        code: requiredRepository(binding, dependencies).code,
        checker: dependencies.checker,
        checks: environment.verify.filter(isHttpCheck),
      });
    }
    case 'github-actions': {
      return createGithubActionsTarget({
        ref,
        config,
        ...requiredRepository(binding, dependencies),
        checker: dependencies.checker,
        checks: environment.verify.filter(isHttpCheck),
      });
    }
    case 'kubernetes': {
      const image = requiredImage(binding);
      return createKubernetesTarget({
        ref,
        config,
        api: dependencies.kubernetes(config),
        artifacts: dependencies.artifacts(image),
        checker: dependencies.checker,
        checkerThrough: (fetch) => createHttpChecker({ fetch }),
        image,
        verify: environment.verify.filter(isHttpCheck),
        watch: environment.watch,
        migrationJob: environment.migrate?.job ?? null,
      });
    }
    case 'compose': {
      const host = dependencies.hosts(config.host);
      return createComposeTarget({
        ref,
        config,
        host,
        artifacts: dependencies.artifacts,
        credentials: dependencies.credentials,
        checkers: { bot: dependencies.checker, host: createHttpChecker({ fetch: host.fetch }) },
        verify: environment.verify,
        watch: environment.watch,
        migration: composeMigration(environment.migrate),
      });
    }
    case 'compose-git': {
      const host = dependencies.hosts(config.host);
      return createComposeGitTarget({
        ref,
        config,
        host,
        checkers: { bot: dependencies.checker, host: createHttpChecker({ fetch: host.fetch }) },
        verify: environment.verify,
        watch: environment.watch,
        migration: composeMigration(environment.migrate),
      });
    }
    case 'files':
      return createFilesTarget({
        ref,
        config,
        host: dependencies.hosts(config.host),
        checker: dependencies.checker,
        verify: environment.verify.filter(isHttpCheck),
        watch: environment.watch,
        token: dependencies.githubToken,
      });
  }
}

function requiredRepository({ ref }: Binding, { repositories }: TargetDependencies): Repository {
  const found = repositories.get(ref.service);
  if (found !== undefined) return found;
  throw new Error(
    `services.${ref.service}.repository or github is missing: its versions are looked up there.`,
  );
}

/** The config's checks see to it that both are there. */
function composeMigration({ run, service }: NonNullable<ServiceEnvironmentConfig['migrate']> = {}) {
  return run === undefined || service === undefined ? null : { run, service };
}

function requiredImage({ ref, service }: Binding): string {
  if (service.image !== undefined) return service.image;
  throw new Error(
    `services.${ref.service}.image is missing: it says where the versions of ${ref.service} are looked up.`,
  );
}

function remember<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

/** Counts the users of each connection, and closes it with the last of them. `keyOf` tells which are the same. */
export function shareConnections<C, A extends { close(): Promise<void> }>(
  connect: (connection: C) => A,
  keyOf: (connection: C) => string,
): (connection: C) => A {
  const open = new Map<string, { readonly api: A; users: number }>();
  return (connection) => {
    const key = keyOf(connection);
    const shared = open.get(key) ?? { api: connect(connection), users: 0 };
    shared.users += 1;
    open.set(key, shared);
    const close = async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      open.delete(key);
      await shared.api.close();
    };
    return { ...shared.api, close };
  };
}
