import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type DemoConfig, quick } from '../support/demo-config.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../support/github/github-server.ts';
import { runShipped, temporaryDirectory } from '../support/processes.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { says } from '../support/workspace.ts';

const canary = (kind: string) => `c4n4ry-${kind}-${randomUUID()}`;

/** A secret of every kind that Slipway knows. */
const SECRETS = {
  database: canary('database'),
  'webhook of alerts': canary('alerts'),
  'webhook of GitHub': canary('github-hook'),
  github: TOKEN,
  'github key': pemBody(),
  vercel: canary('vercel'),
  registry: canary('registry'),
  'registry in a file': canary('registry-file'),
  ssh: canary('ssh'),
  kubernetes: canary('kube'),
  'password in an address': canary('address'),
};

/** Everything that the program wrote, by where. */
const written = new Map<string, string>();

/** Answers every request with the whole of it, as servers do that want to help: its tokens, too. */
interface Echo {
  readonly url: string;
  readonly heard: string[];
  readonly server: Server;
}

describe('a secret', () => {
  let github: GithubServer;
  let echo: Echo;
  let running: RunningBot;
  let database: TestDatabase;
  let role: string;
  const files = temporaryDirectory();

  beforeAll(async () => {
    github = await startGithub();
    await github.tag('v1.1.0', await github.commit({ title: 'Fix', author: 'ana' }));
    echo = await startEcho();
    database = await createTestDatabase();
    role = await withPassword(SECRETS.database);
    running = await startBotWithPlayground({ ...environment(), LOG_LEVEL: 'trace' }, configure);
    await provoke();
    await collect();
  }, 600_000);
  afterAll(async () => {
    await running?.stop();
    files.remove();
    await github.stop();
    echo.server.closeAllConnections();
    echo.server.close();
    await asAdmin(`reassign owned by ${role} to current_user`, database.url);
    await asAdmin(`drop owned by ${role}`, database.url);
    await database.drop();
    await asAdmin(`drop role ${role}`);
  });

  function environment(): Record<string, string> {
    const url = new URL(database.url);
    url.username = role;
    url.password = SECRETS.database;
    return {
      DATABASE_URL: url.href,
      GITHUB_TOKEN: SECRETS.github,
      GITHUB_APP_KEY: `-----BEGIN PRIVATE KEY-----\n${SECRETS['github key']}\n-----END PRIVATE KEY-----`,
      VERCEL_TOKEN: SECRETS.vercel,
      WEBHOOK_SECRET_ALERTMANAGER: SECRETS['webhook of alerts'],
      WEBHOOK_SECRET_GITHUB: SECRETS['webhook of GitHub'],
      [`REGISTRY_PASSWORD_${new URL(echo.url).host.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`]:
        SECRETS.registry,
    };
  }

  /** The demo, GitHub behind it, and a service of each kind that signs in somewhere that cannot be trusted. */
  function configure(config: DemoConfig): void {
    quick(config);
    const host = new URL(echo.url).host;
    config.github = { url: github.url };
    const passwordFile = `${files.path}/${canary('password')}`;
    writeFileSync(passwordFile, SECRETS['registry in a file'], { mode: 0o600 });
    config.registries = {
      [host]: { username: 'rayhu' },
      [host.replace('127.0.0.1', 'localhost')]: { username: 'filed', passwordFile },
    };
    config.hosts = { box: boxConfig() };
    Object.assign(config.services.api ?? {}, {
      repository: `${OWNER}/${REPO}`,
      releases: { prerelease: 'staging', release: 'production', channel: '#deploys' },
    });
    const place = (target: object, more: object = {}) => ({
      environments: { staging: { target, verify: [], ...more } },
    });
    const kubernetes = {
      kind: 'kubernetes',
      namespace: 'shop',
      workload: 'deployment/api',
      container: 'app',
      kubeconfig: kubeconfig(),
    };
    Object.assign(config.services, {
      site: {
        repository: `${OWNER}/${REPO}`,
        ...place({ kind: 'vercel', project: 'site', domain: 'site.example', endpoint: echo.url }),
      },
      pods: { image: `${host}/team/pods`, ...place(kubernetes) },
      stack: {
        image: `${host.replace('127.0.0.1', 'localhost')}/team/stack`,
        ...place({
          kind: 'compose',
          host: 'box',
          directory: '/srv/stack',
          images: { app: `${host.replace('127.0.0.1', 'localhost')}/team/stack` },
        }),
      },
    });
  }

  function kubeconfig(): string {
    const file = `${files.path}/${canary('kubeconfig')}.yaml`;
    const cluster = { name: 'c', cluster: { server: echo.url, 'insecure-skip-tls-verify': true } };
    const user = { name: 'u', user: { token: SECRETS.kubernetes } };
    const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
    writeFileSync(
      file,
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [cluster],
        users: [user],
        contexts: [context],
        'current-context': 'x',
      }),
    );
    return file;
  }

  function boxConfig(): object {
    const keyFile = `${files.path}/${canary('key')}`;
    writeFileSync(
      keyFile,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRETS.ssh}\n-----END OPENSSH PRIVATE KEY-----\n`,
      { mode: 0o600 },
    );
    return {
      address: '127.0.0.1',
      port: Number(new URL(echo.url).port),
      user: 'deploy',
      keyFile,
      fingerprints: [`SHA256:${'A'.repeat(43)}`],
    };
  }

  /** What works, and what fails with every secret at hand. */
  async function provoke(): Promise<void> {
    const ana = running.workspace.person('ana');
    await ana.command('deploys', '/deploy api v1.1.0 staging --reason "see how it goes"');
    await ana.see('deploys', says('Deploy api to staging', 'v1.1.0', 'Done'));
    for (const service of ['site', 'pods', 'stack']) {
      await ana.ask('deploys', `/status ${service} staging`);
      await ana.ask('deploys', `/deploy ${service} v1.1.0 staging`);
    }
    for (const status of [401, 403, 422, 503]) {
      github.front.faults.push({
        method: 'GET',
        pattern: /./,
        times: 3,
        answer: { status, body: { message: `not with authorization: token ${TOKEN}` } },
      });
      await ana.ask('deploys', '/deploy api no-such-version staging');
    }
    github.front.faults.length = 0;
    await hook('alertmanager', { authorization: `Bearer ${SECRETS['webhook of alerts']}` }, alert());
    await hook('alertmanager', { authorization: `Bearer ${SECRETS['webhook of alerts']}x` }, alert());
    await hook('alertmanager', { authorization: `Bearer ${SECRETS['webhook of alerts']}` }, '{"alerts":');
    const signature = createHmac('sha256', SECRETS['webhook of GitHub']).update('{}').digest('hex');
    await hook('github', { 'x-hub-signature-256': `sha256=${signature}`, 'x-github-event': 'release' }, '{}');
    await vi.waitFor(() => expect(github.deployments.length).toBeGreaterThan(0), { timeout: 30_000 });
    await ana.see('incidents', says('Canary alert'));
  }

  async function hook(name: string, headers: Record<string, string>, body: string): Promise<void> {
    const answer = await fetch(`${running.url()}/webhooks/${name}`, { method: 'POST', headers, body });
    written.set(`answer of ${name} ${written.size}`, `${answer.status} ${await answer.text()}`);
  }

  async function collect(): Promise<void> {
    written.set('log', running.bot().output());
    written.set('database', await everyRow());
    for (const path of ['metrics', 'readyz']) {
      written.set(path, await fetch(`${running.url()}/${path}`).then((answer) => answer.text()));
    }
    for (const name of ['ana', 'bo']) written.set(`Slack of ${name}`, await everyMessage(name));
    written.set('deployments on GitHub', JSON.stringify(github.deployments));
    const env = { ...running.env, LOG_LEVEL: 'trace' };
    written.set('doctor', (await runShipped(['doctor'], env)).output);
    written.set('audit', (await runShipped(['audit', 'export'], env)).output);
    written.set('check', (await runShipped(['check', running.env.SLIPWAY_CONFIG ?? ''], env)).output);
    await collectRefusals(env);
  }

  /** Started in ways that do not work. */
  async function collectRefusals(env: Readonly<Record<string, string>>): Promise<void> {
    const away = new URL(env.DATABASE_URL ?? '');
    away.port = '1';
    const other = { ...env, SLIPWAY_DATA: `${running.directory}/other`, PORT: '0' };
    written.set('no database', (await runShipped(['start'], { ...other, DATABASE_URL: away.href })).output);
    away.pathname = '/nowhere';
    away.port = new URL(env.DATABASE_URL ?? '').port;
    written.set(
      'no such database',
      (await runShipped(['start'], { ...other, DATABASE_URL: away.href })).output,
    );
    written.set(
      'no address',
      (await runShipped(['start'], { ...other, DATABASE_URL: `x ${SECRETS.database}` })).output,
    );
    const file = `${running.directory}/wrong.yaml`;
    const address = `https://me:${SECRETS['password in an address']}@api.example/health`;
    const config = readFileSync(env.SLIPWAY_CONFIG ?? '', 'utf8').replaceAll(
      'http: /health',
      `http: ${address}`,
    );
    writeFileSync(file, config);
    expect(config).toContain(address);
    for (const command of ['check', 'start', 'doctor']) {
      const args = command === 'check' ? [command, file] : [command];
      const { code, output } = await runShipped(args, { ...other, SLIPWAY_CONFIG: file });
      expect(code).not.toBe(0);
      written.set(`${command} of a config with a password`, output);
    }
  }

  async function everyRow(): Promise<string> {
    const client = new pg.Client(database.url);
    await client.connect();
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const rows: string[] = [];
    for (const { name } of tables.rows) {
      const { rows: all } = await client.query<{ row: string }>(
        `select row_to_json(t)::text as row from ${name} t`,
      );
      rows.push(`${name}: ${all.map(({ row }) => row).join('\n')}`);
    }
    await client.end();
    return rows.join('\n');
  }

  async function everyMessage(name: string): Promise<string> {
    const person = running.workspace.person(name);
    const said: unknown[] = [];
    for (const channel of ['deploys', 'incidents', 'general']) {
      for (const message of await person.messages(channel)) {
        said.push(message, message.is_ephemeral === true ? [] : await person.thread(channel, message.ts));
      }
    }
    return JSON.stringify(said);
  }

  it('was at hand everywhere, and what was to be written was written', () => {
    const heard = echo.heard.join('\n');
    expect(heard).toContain(SECRETS.vercel);
    expect(heard).toContain(SECRETS.kubernetes);
    expect(heard).toContain(Buffer.from(`rayhu:${SECRETS.registry}`).toString('base64'));
    expect(github.front.url).toContain('127.0.0.1');
    expect(written.get('database')).toContain('slipway.operations: {');
    expect(written.get('database')).toContain('Canary alert');
    expect(written.get('audit')).toContain('operation.succeeded');
    expect(written.get('Slack of ana')).toContain('You sent me');
    expect(written.get('log')).toContain('"level":10');
    expect(written.get('doctor')).toContain('GitHub');
    expect(written.get('no database')).toMatch(/./);
  });

  it.each(Object.entries(SECRETS))('of the kind %s is in nothing that the program wrote', (_kind, secret) => {
    const forms = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ];
    const found = [...written]
      .filter(([, text]) => forms.some((form) => text.includes(form)))
      .map(([where]) => where);
    expect(found).toEqual([]);
  });

  it('of Slack is in nothing that the program wrote', async () => {
    const { bot } = (await (await fetch(`${running.workspace.url}/playground/workspace`)).json()) as {
      readonly bot: Readonly<Record<'bot_token' | 'app_token' | 'signing_secret', string>>;
    };
    for (const secret of [bot.bot_token, bot.app_token, bot.signing_secret]) {
      expect(secret.length).toBeGreaterThan(8);
      expect([...written].filter(([, text]) => text.includes(secret)).map(([where]) => where)).toEqual([]);
    }
  });
});

function alert(): string {
  const labels = {
    alertname: 'Canary alert',
    service: 'api',
    environment: 'production',
    severity: 'critical',
  };
  const firing = {
    status: 'firing',
    labels,
    annotations: {},
    startsAt: new Date().toISOString(),
    fingerprint: 'f1',
  };
  return JSON.stringify({ version: '4', groupKey: 'g', groupLabels: {}, alerts: [firing] });
}

async function startEcho(): Promise<Echo> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(JSON.stringify(request.headers) + decodedBasic(request.headers.authorization));
    const sent = `You sent me authorization: ${request.headers.authorization}`;
    const isRegistry =
      request.url?.startsWith('/v2/') === true && request.headers.authorization === undefined;
    if (isRegistry) response.setHeader('www-authenticate', 'Basic realm="echo"');
    response.writeHead(isRegistry ? 401 : 400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: sent, reason: 'Invalid', error: { code: 'bad', message: sent } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return { url: `http://127.0.0.1:${address.port}`, heard, server };
}

function decodedBasic(authorization = ''): string {
  return authorization.startsWith('Basic ') ? authorization.slice('Basic '.length) : '';
}

/** The letters of a key that really is one. */
function pemBody(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return pem.split('\n')[3] ?? '';
}

async function withPassword(password: string): Promise<string> {
  const name = `canary_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(`create role ${name} superuser login password '${password}'`);
  return name;
}

async function asAdmin(sql: string, url: string = inject('postgresUrl')): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
