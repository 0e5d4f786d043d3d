import { canonicalJson, type JsonObject } from '../../domain/json.ts';
import type { BackupProviderConfig } from '../backup.ts';
import { type ConfigPath, type PathProblem, pathText, problemAt } from '../problem.ts';
import { type Check, placesOf, unknownName } from './check.ts';

/** Who may restore must be able to get the approval that a restore always needs. */
export const checkRestores: Check = ({ config, says }) =>
  placesOf(config).flatMap(({ place, environment, path }): readonly PathProblem[] => {
    const rules = config.environments[environment];
    if (place.backup === undefined || rules === undefined || rules.allow.restore.length === 0) return [];
    if (says([...path, 'approval']) || says(['environments', environment, 'approval'])) return [];
    const message = 'restores always need an approval, and neither this nor the service has a rule for it';
    return [
      problemAt(['environments', environment, 'allow', 'restore'], message, {
        allowed: 'an `approval` beside `allow`',
      }),
    ];
  });

/** Hosts that keep backups are hosts of the config. */
export const checkBackupHosts: Check = (checked) =>
  placesOf(checked.config).flatMap(({ place, path }) => {
    const provider = place.backup?.provider;
    if (provider === undefined || !('host' in provider)) return [];
    const at = [...path, 'backup', 'provider'];
    const unknown = (name: string, used: ConfigPath) => unknownName(name, used, { under: 'hosts', checked });
    return [
      ...unknown(provider.host, [...at, 'host']),
      ...(provider.copy === undefined ? [] : unknown(provider.copy.host, [...at, 'copy', 'host'])),
    ];
  });

/**
 * Locks, approvals and retention are by target: two that back up the same data would restore it behind each
 * other's back, and delete each other's backups.
 */
export const checkBackupTwins: Check = ({ config }) => {
  const first = new Map<string, string>();
  return placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const at = [...path, 'backup', 'provider'];
    if (place.backup === undefined) return [];
    const key = canonicalJson(dataOf(place.backup.provider));
    const earlier = first.get(key);
    first.set(key, earlier ?? pathText(at));
    return earlier === undefined
      ? []
      : [problemAt(at, `this backs up the same data as ${earlier}`, { at: 'key' })];
  });
};

function dataOf(provider: BackupProviderConfig): JsonObject {
  switch (provider.kind) {
    case 'cloud-sql': {
      const { kind, project, instance } = provider;
      return { kind, project, instance };
    }
    case 'pg-dump': {
      const { kind, host, project, service, database } = provider;
      return { kind, host, project, service, database };
    }
    case 'archive': {
      const { kind, host, path = null, volume = null } = provider;
      return { kind, host, path, volume };
    }
    case 'velero': {
      const { kind, kubeconfig = null, context = null, namespace } = provider;
      return { kind, kubeconfig, context, namespace };
    }
  }
}

/** A copy is worth something only somewhere else. */
export const checkSecondPlaces: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const provider = place.backup?.provider;
    if (provider === undefined || !('host' in provider) || provider.copy === undefined) return [];
    const { host, directory, copy } = provider;
    if (host !== copy.host || directory !== copy.directory) return [];
    return [problemAt([...path, 'backup', 'provider', 'copy'], 'this is the first place', { at: 'key' })];
  });

/** What the bot does by itself must be able to fail where somebody reads it. */
export const checkSchedules: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { schedule } = place.backup ?? {};
    if (schedule === undefined || schedule.channel !== undefined) return [];
    if (config.slack.incidentChannel !== undefined) return [];
    const message = 'nobody would hear of a backup that failed';
    return [
      problemAt([...path, 'backup', 'schedule'], message, {
        allowed: 'a `channel` here, or `slack.incidentChannel`',
      }),
    ];
  });

/** Velero deletes by its own clock: what retention promises must be there that long. */
export const checkVeleroLifetimes: Check = ({ config }) =>
  placesOf(config).flatMap(({ place, path }): readonly PathProblem[] => {
    const { provider, retention } = place.backup ?? {};
    if (provider?.kind !== 'velero' || retention?.age === undefined || retention.age <= provider.ttl)
      return [];
    const message = 'Velero deletes them before that, after the `ttl` of `provider`';
    return [problemAt([...path, 'backup', 'retention', 'age'], message, { allowed: 'no more than `ttl`' })];
  });

/** What is restored into a scratch namespace is deleted: nothing else may be there. */
export const checkVeleroScratches: Check = ({ config }) => {
  const users = placesOf(config).flatMap(({ place, path }) => {
    const { target, backup } = place;
    const at = [...path, 'backup', 'provider'];
    const velero = backup?.provider.kind === 'velero' ? backup.provider : null;
    return [
      ...(target.kind === 'kubernetes'
        ? [
            {
              cluster: clusterOf(target),
              namespace: target.namespace,
              path: [...path, 'target'],
              scratch: false,
            },
          ]
        : []),
      ...(velero?.scratch === undefined
        ? []
        : [
            {
              cluster: clusterOf(velero),
              namespace: velero.scratch,
              path: [...at, 'scratch'],
              scratch: true,
            },
          ]),
    ];
  });
  return users.flatMap((user, index): readonly PathProblem[] => {
    const other = users.find(
      ({ cluster, namespace }, at) =>
        at !== index && cluster === user.cluster && namespace === user.namespace,
    );
    if (!user.scratch || other === undefined) return [];
    return [problemAt(user.path, `${pathText(other.path)} uses this namespace too`)];
  });
};

function clusterOf({
  kubeconfig,
  context,
}: {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
}): string {
  return canonicalJson({ kubeconfig: kubeconfig ?? null, context: context ?? null });
}
