import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import type { ConfigProblem } from '../../../src/config/problem.ts';

const sound = `
roles:
  engineers: { users: [U0ANA000001] }
  release-managers: { users: [U0BO0000001, U0CHEN00001] }
environments:
  staging:
    aliases: [stg]
    allow: { deploy: [engineers] }
  production:
    aliases: [prod]
    allow: { deploy: [engineers], emergency: [release-managers] }
    approval: { approvers: [release-managers], required: 2, expires: 30m, remind: 5m }
    after: staging
services:
  api:
    image: registry.example/team/api
    aliases: [backend]
    environments:
      staging:
        target: { kind: cloud-run, project: p, region: r, service: api-staging }
      production:
        target: { kind: cloud-run, project: p, region: r, service: api }
        verify: [{ http: /health }]
channels:
  "#deploys": { service: api, environment: production }
freezes:
  - { name: new year, environments: [production], from: 2026-12-31T00:00:00Z, to: 2027-01-02T00:00:00Z }
`;

function load(yaml: string) {
  return loadConfig(new TextEncoder().encode(yaml));
}

function problems(yaml: string): readonly ConfigProblem[] {
  const loaded = load(yaml);
  return loaded.ok ? [] : loaded.errors;
}

/** The sound config with one part replaced; both must be there. */
function changed(part: string, other: string): string {
  if (!sound.includes(part)) throw new Error(`not in the config: ${part}`);
  return sound.replace(part, other);
}

describe('a sound config', () => {
  it('is loaded with its defaults', () => {
    expect(load(sound)).toMatchObject({
      ok: true,
      config: {
        slack: { approveReaction: 'white_check_mark', rejectReaction: 'no_entry', transport: 'socket' },
        environments: { production: { approval: { expires: 1_800_000, remind: 300_000 } } },
        services: {
          api: {
            environments: { production: { verify: [{ http: '/health', status: 200, timeout: 10_000 }] } },
          },
        },
      },
    });
  });

  it('may use anchors, and begin with a byte order mark', () => {
    const anchored = changed('aliases: [stg]', 'aliases: &none []').replace(
      'aliases: [backend]',
      'aliases: *none',
    );
    expect(load(`\ufeff${anchored}`)).toMatchObject({ ok: true });
  });
});

describe('what the schema refuses', () => {
  it.each([
    [
      'an unknown key',
      changed('aliases: [backend]', 'alias: [backend]'),
      {
        path: 'services.api.alias',
        line: 17,
        column: 5,
        message: 'there is no such key',
        nearest: ['aliases'],
        allowed: 'image, repository, imageTag, migrations, releases, aliases, environments',
      },
    ],
    [
      'an unknown key in a target',
      changed('region: r, service: api }', 'region: r, service: api, endpiont: x }'),
      { path: 'services.api.environments.production.target.endpiont', nearest: ['endpoint'] },
    ],
    [
      'an unknown kind',
      changed('kind: cloud-run, project: p, region: r, service: api }', 'kind: cloudrun }'),
      {
        path: 'services.api.environments.production.target.kind',
        message: 'this does not fit',
        found: '"cloudrun"',
        allowed: 'cloud-run, kubernetes, github-actions, vercel, compose, compose-git, files',
        nearest: ['cloud-run'],
      },
    ],
    [
      'a missing key, at what lacks it',
      changed('project: p, region: r, service: api }', 'project: p, service: api }'),
      {
        path: 'services.api.environments.production.target.region',
        line: 22,
        column: 9,
        message: 'this is missing',
        allowed: 'a text',
      },
    ],
    [
      'a wrong type',
      changed('required: 2', 'required: two'),
      { path: 'environments.production.approval.required', found: '"two"', allowed: 'a number' },
    ],
    ['a number out of range', changed('required: 2', 'required: 0'), { found: '0', allowed: 'at least 1' }],
    [
      'an empty list',
      changed('approvers: [release-managers]', 'approvers: []'),
      { found: 'a list', allowed: 'at least 1 entry' },
    ],
    [
      'nothing where a map belongs',
      'environments:\nservices: {}',
      { path: 'environments', found: 'nothing', allowed: 'a map of names and values' },
    ],
    [
      'a wrong duration',
      changed('expires: 30m', 'expires: 30 minutes'),
      { line: 12, column: 70, found: '"30 minutes"', allowed: 'a duration such as 90s, 30m, 2h or 7d' },
    ],
    ['no time at all', changed('expires: 30m', 'expires: 0m'), { found: '"0m"' }],
    [
      'a name in capitals',
      changed('  api:', '  Api:').replace('service: api, environment', 'environment'),
      {
        path: 'services.Api',
        message: 'this is not a name',
        allowed: 'lower-case letters, digits, dots and dashes',
      },
    ],
    ['an image with a tag', changed('team/api', 'team/api:v1'), { path: 'services.api.image' }],
    ['a wrong user ID', changed('U0ANA000001', 'ana'), { path: 'roles.engineers.users[0]', found: '"ana"' }],
    [
      'a time without its zone',
      changed('from: 2026-12-31T00:00:00Z', 'from: 2026-12-31'),
      {
        path: 'freezes[0].from',
        allowed: 'a date and time with its zone, such as 2026-12-24T00:00:00+08:00',
      },
    ],
    [
      'a reaction with colons',
      `slack: { approveReaction: ":+1:" }\n${sound}`,
      { path: 'slack.approveReaction' },
    ],
    [
      'an unknown transport',
      `slack: { transport: sockets }\n${sound}`,
      { nearest: ['socket'], allowed: 'socket, http' },
    ],
    ['a list instead of everything', '- a', { path: '', allowed: 'a map of keys and values' }],
  ])('is told: %s', (_, yaml, problem) => {
    expect(problems(yaml)).toEqual([expect.objectContaining(problem)]);
  });
});

describe('where alerts come from', () => {
  const withSources = (sources: string) =>
    `${sound}slack: { incidentChannel: "#incidents" }\nalerts: { sources: { ${sources} } }\n`;

  it('is refused, with the reason, silences in Grafana', () => {
    expect(problems(withSources('grafana: { kind: grafana }'))).toEqual([]);
    expect(problems(withSources('grafana: { kind: grafana, api: ["https://grafana.example"] }'))).toEqual([
      expect.objectContaining({
        path: 'alerts.sources.grafana.api',
        allowed: expect.stringContaining('it tells nobody of an alert that ends while it is silenced'),
      }),
    ]);
  });

  it('names for SagaForge a service and an environment that are there', () => {
    const saga = (labels: string) => withSources(`saga: { kind: sagaforge, labels: ${labels} }`);
    expect(problems(saga('{ service: backend, environment: prod, team: blue }'))).toEqual([]);
    expect(problems(saga('{ service: apj, environment: moon }'))).toEqual([
      expect.objectContaining({ path: 'alerts.sources.saga.labels.service', nearest: ['api'] }),
      expect.objectContaining({ path: 'alerts.sources.saga.labels.environment', found: '"moon"' }),
    ]);
  });
});

describe('what the parts say about each other', () => {
  it.each([
    [
      'an unknown role in allow',
      changed('allow: { deploy: [engineers] }', 'allow: { deploy: [engineer] }'),
      {
        path: 'environments.staging.allow.deploy[0]',
        message: '“roles” does not have this',
        found: '"engineer"',
        allowed: 'engineers, release-managers',
        nearest: ['engineers'],
      },
    ],
    [
      'an unknown role in approvers',
      changed('approvers: [release-managers]', 'approvers: [boss]'),
      { path: 'environments.production.approval.approvers[0]' },
    ],
    [
      'a role that every object has',
      changed('approvers: [release-managers]', 'approvers: [constructor]'),
      { found: '"constructor"' },
    ],
    [
      'an unknown environment of a service',
      changed('      staging:\n', '      stagin:\n').replace('    after: staging\n', ''),
      { path: 'services.api.environments.stagin', nearest: ['staging'] },
    ],
    [
      'an alias that is a name',
      changed('aliases: [backend]', 'aliases: [staging]'),
      { path: 'environments.staging', message: 'services.api.aliases[0] has this name already' },
    ],
    [
      'an alias given twice',
      changed('aliases: [backend]', 'aliases: [backend, backend]'),
      { path: 'services.api.aliases[1]' },
    ],
    [
      'an alias that is a word of the commands',
      changed('aliases: [backend]', 'aliases: [lock]'),
      { message: 'this word means something in commands' },
    ],
    [
      'an unknown “after”',
      changed('after: staging', 'after: stagin'),
      { path: 'environments.production.after', nearest: ['staging'] },
    ],
    [
      'an environment after itself',
      changed('after: staging', 'after: production'),
      { message: 'this leads back to where it began: production → production' },
    ],
    [
      'a service that could never be proven',
      changed(
        '      staging:\n        target: { kind: cloud-run, project: p, region: r, service: api-staging }\n',
        '',
      ),
      { path: 'services.api.environments.production' },
    ],
    [
      'a service without its image',
      changed('    image: registry.example/team/api\n', ''),
      { path: 'services.api.image', line: 15, message: 'this is missing, and cloud-run needs it' },
    ],
    [
      'plaintext to somewhere else',
      changed('service: api }', 'service: api, endpoint: "10.0.0.1:80", plaintext: true }'),
      { path: 'services.api.environments.production.target.plaintext' },
    ],
    [
      'plaintext to nowhere',
      changed('service: api }', 'service: api, plaintext: true }'),
      { path: 'services.api.environments.production.target.plaintext' },
    ],
    [
      'plaintext to a name that only looks local',
      changed('service: api }', 'service: api, endpoint: "127.0.0.1.example:80", plaintext: true }'),
      { path: 'services.api.environments.production.target.plaintext' },
    ],
    [
      'one target under two names',
      changed('service: api-staging', 'service: api'),
      {
        path: 'services.api.environments.production.target',
        message: 'this is the same target as services.api.environments.staging.target',
      },
    ],
    [
      'more approvals than people',
      changed('required: 2', 'required: 3'),
      { path: 'environments.production.approval.required', message: '3 must approve, but the roles name 2' },
    ],
    [
      'approvers that are nobody',
      changed('users: [U0BO0000001, U0CHEN00001]', 'users: []').replace('required: 2, ', ''),
      {
        path: 'environments.production.approval.approvers',
        message: '1 must approve, but the roles name nobody',
      },
    ],
    [
      'a reminder before the question',
      changed('remind: 5m', 'remind: 30m'),
      { path: 'environments.production.approval.remind', allowed: 'less than `expires`' },
    ],
    [
      'a question for ever',
      changed('expires: 30m', 'expires: 30d'),
      { path: 'environments.production.approval.expires', allowed: 'at most 14d' },
    ],
    [
      'defaults with an unknown service',
      changed('{ service: api, environment: production }', '{ service: apo }'),
      { path: 'channels["#deploys"].service', nearest: ['api'] },
    ],
    [
      'defaults with an unknown environment',
      changed('{ service: api, environment: production }', '{ environment: prod }'),
      { path: 'channels["#deploys"].environment', nearest: ['production'] },
    ],
    [
      'a channel under two names',
      changed('  "#deploys":', '  deploys: { service: api }\n  "#deploys":'),
      { path: 'channels["#deploys"]', message: 'deploys is the same channel' },
    ],
    [
      'a freeze of nothing known',
      changed('environments: [production], from', 'environments: [prod], from'),
      { path: 'freezes[0].environments[0]' },
    ],
    [
      'a freeze that ends first',
      changed('to: 2027-01-02', 'to: 2026-01-02'),
      { path: 'freezes[0].to', allowed: 'a time after 2026-12-31T00:00:00Z' },
    ],
    [
      'one reaction for yes and no',
      `slack: { approveReaction: no_entry }\n${sound}`,
      { path: 'slack.rejectReaction' },
    ],
  ])('is compared: %s', (_, yaml, problem) => {
    expect(problems(yaml)).toEqual([expect.objectContaining(problem)]);
  });

  it('lets groups and e-mails fill a quorum that user IDs do not', () => {
    const users = 'users: [U0BO0000001, U0CHEN00001]';
    expect(load(changed(users, 'groups: [release-managers]'))).toMatchObject({ ok: true });
    expect(load(changed(users, 'emails: [bo@example.com, chen@example.com]'))).toMatchObject({ ok: true });
  });

  it('lets plaintext go to a loopback endpoint', () => {
    const loopback = changed('service: api }', 'service: api, endpoint: "127.0.0.1:8080", plaintext: true }');
    expect(load(loopback)).toMatchObject({ ok: true });
  });

  it('finds a way round through several environments', () => {
    const round = changed('    aliases: [stg]', '    after: qa').replace(
      'services:',
      '  qa: { after: production }\nservices:',
    );
    expect(problems(round).map(({ path, message }) => `${path}: ${message}`)).toContain(
      'environments.staging.after: this leads back to where it began: staging → qa → production → staging',
    );
  });
});

describe('a file with many mistakes', () => {
  it('has them all told at once, in the order of the file', () => {
    const yaml = changed('users: [U0ANA000001]', 'users: [ana]')
      .replace('aliases: [stg]', 'alias: [stg]')
      .replace('deploy: [engineers] }\n', 'deploy: [enginers] }\n')
      .replace('required: 2', 'required: 200')
      .replace('remind: 5m', 'remind: 50m')
      .replace('after: staging', 'after: stagin')
      .replace('team/api', 'team/api:v1')
      .replace('service: api-staging', 'service: API')
      .replace('service: api, environment', 'service: apo, environment')
      .replace('to: 2027', 'to: 2025');
    expect(problems(yaml).map(({ path, line }) => `${line} ${path}`)).toEqual([
      '3 roles.engineers.users[0]',
      '7 environments.staging.alias',
      '8 environments.staging.allow.deploy[0]',
      '12 environments.production.approval.required',
      '12 environments.production.approval.remind',
      '13 environments.production.after',
      '16 services.api.image',
      '20 services.api.environments.staging.target.service',
      '25 channels["#deploys"].service',
      '27 freezes[0].to',
    ]);
  });

  it('does not take for unknown what is only wrong', () => {
    const yaml = changed('    aliases: [stg]\n', '    after: [x]\n').replace('service: api-staging }', '}');
    expect(problems(yaml).map(({ path }) => path)).toEqual([
      'environments.staging.after',
      'services.api.environments.staging.target.service',
    ]);
  });
});

describe('a file that is not a config at all', () => {
  it.each([
    ['nothing', '', 'is empty'],
    ['only comments', '# later\n', 'is empty'],
    ['a binary file', new Uint8Array([0xff, 0xfe, 0x61, 0x00]), 'is not text in UTF-8'],
    ['a huge file', new Uint8Array(2_000_000).fill(0x61), 'is too large for a config'],
    [
      'an unknown alias',
      'a: *b',
      'repeats itself through aliases (*name) too often, or names one that does not exist',
    ],
    [
      'an alias bomb',
      bomb(),
      'repeats itself through aliases (*name) too often, or names one that does not exist',
    ],
  ])('is refused in one sentence: %s', (_, content, message) => {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    expect(loadConfig(bytes)).toMatchObject({
      ok: false,
      errors: [{ path: '', line: null, column: null, message }],
    });
  });

  it.each([
    ['tabs', 'services:\n\tapi: 1', 2, 'a tab indents; YAML wants spaces'],
    ['two documents', 'a: 1\n---\nb: 1', 2, 'a second document begins; a config is one'],
    ['a key that is a list', '? [a]\n: b', 1, 'a key must be a plain word'],
    ['a hundred thousand brackets', '['.repeat(100_000), 1, 'nested too deeply'],
    ['an open quote', 'a: "b', 1, 'Missing closing "quote'],
    ['an unknown tag', 'a: !secret b', 1, 'Unresolved tag: !secret'],
  ])('is refused with the place: %s', (_, yaml, line, message) => {
    expect(problems(yaml)[0]).toMatchObject({ line, message });
  });

  it('has a key that stands twice told beside everything else', () => {
    const yaml = changed('required: 2', 'required: 9').replace(
      '    aliases: [prod]\n',
      '    aliases: [prod]\n    aliases: [live]\n',
    );
    expect(problems(yaml)).toMatchObject([
      { path: 'environments.production.aliases', line: 11, message: 'this key stands here twice' },
      { path: 'environments.production.approval.required' },
    ]);
  });

  it('never makes the loader throw', () => {
    for (const yaml of [
      'a: &a [*a]',
      '__proto__: { x: 1 }',
      'services: { __proto__: {} }',
      '%YAML 9\n---\na',
      '&a',
      ': :',
      '\0',
      'roles: *',
      '{',
      '- &x',
      '!!binary x',
    ]) {
      expect(load(yaml).ok, yaml).toBe(false);
    }
  });
});

function bomb(): string {
  const names = [...'abcdefghij'];
  return names
    .map((name, index) => {
      const items = Array(9).fill(index === 0 ? 'x' : `*${names[index - 1]}`);
      return `${name}: &${name} [${items.join(', ')}]`;
    })
    .join('\n');
}
