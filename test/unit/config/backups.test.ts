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
