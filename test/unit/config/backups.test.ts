import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

function load(backup: string, environment = 'allow: {}', slack = 'incidentChannel: "#incidents"') {
  const text = `
slack: { ${slack} }
roles: { ops: { users: [U012AB3CD] } }
environments:
  production: { ${environment} }
services:
  api:
    image: registry.example/team/api
    environments:
      production:
        target: { kind: cloud-run, project: shop, region: asia-east1, service: api }
        backup: { provider: { kind: cloud-sql, project: shop, instance: shop-db }, ${backup} }
`;
  const loaded = loadConfig(new TextEncoder().encode(text));
  return loaded.ok
    ? []
    : loaded.errors.map(
        ({ path, message, allowed }) => `${path}: ${message}${allowed === null ? '' : `; ${allowed}`}`,
      );
}

describe('`backup:` in the config', () => {
  it('is right with everything that it may have', () => {
    const schedule = 'schedule: { cron: "0 2 * * *", timezone: Asia/Taipei, channel: "#ops" }';
    expect(load(`retention: { count: 5, age: 30d }, before: deploy, newerThan: 1h, ${schedule}`)).toEqual([]);
  });

  it.each([
    ['retention: {}', /backup\.retention: .*`count`, `age` or both/],
    ['newerThan: 1h', /backup\.newerThan: .*only together with `before: deploy`/],
    ['schedule: { cron: "0 25 * * *" }', /backup\.schedule\.cron: .*a cron expression such as/],
    ['schedule: { cron: "0 2 * * *", timezone: Mars }', /backup\.schedule\.timezone: .*a time zone such as/],
    ['before: rollback', /backup\.before/],
  ])('is wrong with %s', (backup, problem) => {
    expect(load(backup)).toEqual([expect.stringMatching(problem)]);
  });

  it('needs a channel for what the bot does by itself', () => {
    const schedule = 'schedule: { cron: "0 2 * * *" }';
    expect(load(schedule)).toEqual([]);
    expect(load(schedule, 'allow: {}', '')).toEqual([expect.stringMatching(/nobody would hear/)]);
  });

  it('needs a rule of approval where somebody may restore', () => {
    expect(load('before: deploy', 'allow: { restore: [ops] }')).toEqual([
      expect.stringMatching(/restores always need an approval/),
    ]);
    expect(load('before: deploy', 'allow: { restore: [ops] }, approval: { approvers: [ops] }')).toEqual([]);
  });

  it('speaks with Cloud SQL by https, or on this machine', () => {
    expect(loadEndpoint('http://sql.example')).toEqual([
      'services.api.environments.production.backup.provider.endpoint',
    ]);
    expect(loadEndpoint('http://127.0.0.1:4000')).toEqual([]);
    expect(loadEndpoint('https://sql.internal.example')).toEqual([]);
  });
});

describe('two targets that are backed up', () => {
  const inDirectory = (more: string) => `kind: archive, host: web-1, directory: /srv/backups, ${more}`;
  const dump = (more: string) =>
    `kind: pg-dump, host: web-1, project: shop, service: postgres, user: shop, directory: /srv/backups, ${more}`;

  it.each([
    [
      'a Cloud SQL instance',
      'kind: cloud-sql, project: shop, instance: db',
      'kind: cloud-sql, project: shop, instance: db',
    ],
    [
      'a database',
      dump('database: shop'),
      dump('database: shop, copy: { host: web-1, directory: /srv/other }'),
    ],
    ['a directory', inDirectory('path: /srv/shop'), inDirectory('path: /srv/shop')],
  ])('may not be of the same data: %s', (_, one, another) => {
    expect(loadTwo(one, another)).toEqual([
      'services.api.environments.production.backup.provider: this backs up the same data as services.api.environments.staging.backup.provider',
    ]);
  });

  it('may share a directory', () => {
    expect(loadTwo(dump('database: shop'), dump('database: shop-staging'))).toEqual([]);
    expect(loadTwo(inDirectory('path: /srv/shop'), inDirectory('volume: shop'))).toEqual([]);
  });

  it('need a second place that is not the first', () => {
    const copy = 'copy: { host: web-1, directory: /srv/backups }';
    expect(loadTwo(inDirectory(`path: /srv/a, ${copy}`), inDirectory('path: /srv/b'))).toEqual([
      'services.api.environments.staging.backup.provider.copy: this is the first place',
    ]);
  });
});

describe('directories of backups of trees', () => {
  it('are not shared, since each target deletes the oldest there', () => {
    const target = (live: string) =>
      `{ target: { kind: files, host: web-1, directory: ${live}, archive: { github: o/r }, restart: [systemctl, restart, app], backups: { directory: /srv/backups } } }`;
    const text = `environments: { staging: {}, production: {} }\nservices: { app: { environments: { staging: ${target('/srv/a')}, production: ${target('/srv/b')} } } }`;
    const loaded = loadConfig(new TextEncoder().encode(text));
    expect(loaded.ok ? [] : loaded.errors.map(({ path, message }) => `${path}: ${message}`)).toContain(
      'services.app.environments.production.target.backups.directory: services.app.environments.staging.target.backups.directory is the same directory on the same host',
    );
  });
});

function loadTwo(one: string, another: string): readonly string[] {
  const target = (service: string) =>
    `target: { kind: cloud-run, project: shop, region: asia-east1, service: ${service} }`;
  const text = `
environments: { staging: {}, production: {} }
hosts: { web-1: { address: web-1.example, user: deploy, keyFile: /etc/slipway/key, knownHostsFile: /etc/slipway/known_hosts } }
services:
  api:
    image: registry.example/team/api
    environments:
      staging: { ${target('a')}, backup: { provider: { ${one} } } }
      production: { ${target('b')}, backup: { provider: { ${another} } } }
`;
  const loaded = loadConfig(new TextEncoder().encode(text));
  return loaded.ok ? [] : loaded.errors.map(({ path, message }) => `${path}: ${message}`);
}

function loadEndpoint(endpoint: string): readonly string[] {
  const text = `
environments: { production: {} }
services:
  api:
    image: registry.example/team/api
    environments:
      production:
        target: { kind: cloud-run, project: shop, region: asia-east1, service: api }
        backup: { provider: { kind: cloud-sql, project: shop, instance: shop-db, endpoint: "${endpoint}" } }
`;
  const loaded = loadConfig(new TextEncoder().encode(text));
  return loaded.ok ? [] : loaded.errors.map(({ path }) => path);
}

describe('`provider:` of `kind: velero`', () => {
  const here = '{ namespace: shop, workload: deployment/api, container: app, kind: kubernetes }';
  function problems(provider: string, backup = '', more = '') {
    const text = `
roles: { ops: { users: [U012AB3CD] } }
environments: { production: {}, staging: {} }
services:
  api:
    image: registry.example/team/api
    environments:
      production: { target: ${here}, backup: { provider: { kind: velero, namespace: shop${provider} }${backup} } }
      ${more}
`;
    const loaded = loadConfig(new TextEncoder().encode(text));
    return loaded.ok
      ? []
      : loaded.errors.map(({ path, message, allowed }) => `${path}: ${message}; ${allowed}`);
  }

  it('is right with what it needs, and with everything that it may have', () => {
    expect(problems('')).toEqual([]);
    const health = 'health: { service: api, path: /health, port: 8000, json: { status: healthy } }';
    const places = 'velero: backups, storageLocation: s3, ttl: 60d, scratch: shop-verify';
    const connection = 'kubeconfig: /etc/kubeconfig, context: production';
    expect(problems(`, ${places}, ${connection}, ${health}`, ', retention: { age: 60d }')).toEqual([]);
  });

  it.each([
    [', context: production', /provider\.context: .*a context is one of a kubeconfig/],
    [', velero: shop', /provider\.namespace: .*Velero does not restore itself/],
    [', scratch: shop', /provider\.scratch: .*nothing else uses/],
    [', scratch: velero', /provider\.scratch: .*nothing else uses/],
    [', health: { service: api, path: health, port: 80 }', /health\.path/],
    [', storageLocation: "../x"', /storageLocation/],
  ])('is wrong with %s', (provider, problem) => {
    expect(problems(provider)).toEqual([expect.stringMatching(problem)]);
  });

  it('promises nothing beyond the time after which Velero deletes', () => {
    expect(problems(', ttl: 7d', ', retention: { age: 30d }')).toEqual([
      expect.stringMatching(/retention\.age: Velero deletes them before that/),
    ]);
  });

  it('restores into no namespace that something else uses', () => {
    const target = '{ namespace: shop-verify, workload: deployment/api, container: app, kind: kubernetes }';
    expect(problems(', scratch: shop-verify', '', `staging: { target: ${target} }`)).toEqual([
      expect.stringMatching(/provider\.scratch: services\.api\.environments\.staging\.target uses/),
    ]);
  });

  it('backs up a namespace for one target alone', () => {
    const target = '{ namespace: shop, workload: deployment/other, container: app, kind: kubernetes }';
    const twin = `staging: { target: ${target}, backup: { provider: { kind: velero, namespace: shop } } }`;
    expect(problems('', '', twin)).toEqual([expect.stringMatching(/the same data as/)]);
  });
});
