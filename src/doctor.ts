import type { CodeHost } from '../integrations/code-host.ts';
import { createCodeHosts } from '../integrations/code-hosts.ts';
import { createTargets } from '../integrations/kinds.ts';
import { type Finding, TargetError } from '../integrations/target.ts';
import type { DoctorCheck } from './cli/doctor.ts';
import { slackChecks } from './cli/doctor-slack.ts';
import type { SlackManifest } from './cli/slack-manifest.ts';
import { Secret } from './config/secret.ts';
import { secretKey } from './config/settings.ts';
import { targetKey } from './domain/target.ts';
import { barsAuthors } from './policy/approvals.ts';
import type { ReadSetup, Setup } from './setup.ts';
import { type Database, openDatabase } from './store/database.ts';

/** What the doctor looks at: the config, the database, Slack, and every target. */
export function doctorChecks(parts: {
  readonly setup: ReadSetup | Error;
  /** Rejects with why there is none. */
  readonly databaseUrl: () => Promise<string>;
  readonly manifest: SlackManifest;
}): readonly DoctorCheck[] {
  const { setup, databaseUrl, manifest } = parts;
  const known = setup instanceof Error || !setup.ok ? null : setup.setup;
  return [
    { subject: 'Config', run: async () => [examineSetup(setup)] },
    { subject: 'Database', run: () => examineDatabase(databaseUrl) },
    ...(known === null
      ? []
      : [
          ...slackChecks({ ...patientOf(known), manifest }),
          ...webhookChecks(known),
          ...repositoryChecks(known),
          ...targetChecks(known),
        ]),
  ];
}

function examineSetup(setup: ReadSetup | Error): Finding {
  const subject = 'Config';
  if (setup instanceof Error) {
    return { subject, ok: false, detail: setup.message, remedy: 'Start it with: npm start' };
  }
  if (setup.ok) {
    const { services, environments } = setup.setup.config;
    const count = `${Object.keys(services).length} services, ${Object.keys(environments).length} environments`;
    return { subject, ok: true, detail: count, remedy: null };
  }
  if ('errors' in setup) {
    const remedy = `npm run slipway -- check ${setup.file} tells each with its place.`;
    return { subject, ok: false, detail: `${setup.file} has ${setup.errors.length} problems`, remedy };
  }
  if ('problem' in setup) {
    const { variable, message } = setup.problem;
    return {
      subject,
      ok: false,
      detail: `${variable} ${message}`,
      remedy: `Set ${variable}, or ${variable}_FILE.`,
    };
  }
  const remedy = 'Set SLIPWAY_CONFIG to the file, or write one: docs/configuration.md.';
  return { subject, ok: false, detail: `${setup.file} ${setup.unreadable}`, remedy };
}

async function examineDatabase(databaseUrl: () => Promise<string>): Promise<readonly Finding[]> {
  const subject = 'Database';
  let database: Database | null = null;
  try {
    database = openDatabase(await databaseUrl(), () => undefined);
    const { rows } = await database.query<{ version: string; may: boolean }>(
      `select current_setting('server_version') as version,
         has_database_privilege(current_database(), 'create') as may`,
    );
    const { version = '', may = false } = rows[0] ?? {};
    if (may) return [{ subject, ok: true, detail: `PostgreSQL ${version} answers`, remedy: null }];
    const remedy = 'Grant it: GRANT CREATE ON DATABASE … TO the user of DATABASE_URL.';
    return [{ subject, ok: false, detail: 'its user may not create the schemas slipway and dbos', remedy }];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const remedy = 'See that PostgreSQL runs where DATABASE_URL says, and takes its user and password.';
    return [{ subject, ok: false, detail, remedy }];
  } finally {
    await database?.end();
  }
}

function patientOf({ config, slack }: Setup) {
  const { botToken, transport, apiUrl } = slack;
  return {
    config,
    botToken: new Secret(botToken),
    appToken: transport.kind === 'socket' ? new Secret(transport.appToken) : null,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  };
}

/** Webhooks of the config that nobody can call, for they have no secret. */
export function webhookChecks({
  config,
  webhookSecret,
}: Pick<Setup, 'config' | 'webhookSecret'>): readonly DoctorCheck[] {
  const sources = Object.keys(config.alerts?.sources ?? {}).map((name) => ({
    name,
    subject: `Alerts of ${name}`,
  }));
  const releases = Object.values(config.services).some((service) => service.releases !== undefined);
  const hooks = [...sources, ...(releases ? [{ name: 'github', subject: 'Releases of GitHub' }] : [])];
  return hooks.map(({ name, subject }) => ({
    subject,
    run: async () => [examineWebhook({ name, subject, secret: webhookSecret(name) })],
  }));
}

function examineWebhook(hook: {
  readonly name: string;
  readonly subject: string;
  readonly secret: string | null;
}): Finding {
  const { name, subject, secret } = hook;
  const path = `/webhooks/${name}`;
  if (secret !== null) return { subject, ok: true, detail: `taken at ${path}`, remedy: null };
  const variable = `WEBHOOK_SECRET_${secretKey(name)}`;
  const remedy = `Set ${variable}, or ${variable}_FILE, to the secret that the sender has as well.`;
  return { subject, ok: false, detail: `is off: ${path} has no secret`, remedy };
}

/** Every repository, asked for what a deploy would ask it for. */
export function repositoryChecks({
  config,
  tokens,
}: Pick<Setup, 'config' | 'tokens'>): readonly DoctorCheck[] {
  return [...createCodeHosts(config, tokens)].map(([service, { code }]) => {
    const subject = `Repository ${code.repository} of ${service}`;
    const environments = Object.keys(config.services[service]?.environments ?? {});
    const barred = environments.some((environment) => barsAuthors({ service, environment }, config));
    return { subject, run: async () => [await examineRepository(code, { subject, barred })] };
  });
}

async function examineRepository(
  code: CodeHost,
  { subject, barred }: { readonly subject: string; readonly barred: boolean },
): Promise<Finding> {
  try {
    const [newest] = await code.recentVersions(1);
    const found = barred && newest !== undefined ? await code.find(newest) : null;
    if (found !== null) await code.broughtBy([found.commit]);
    const detail = newest === undefined ? 'is there, without any tag' : `is there; newest version ${newest}`;
    return { subject, ok: true, detail, remedy: null };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const remedy =
      'Check repository and github in the config, and what Slipway’s App or token may read there.';
    return { subject, ok: false, detail: error.message, remedy };
  }
}

function targetChecks({ config, tokens }: Setup): readonly DoctorCheck[] {
  const { githubToken, vercelToken, registryPasswords } = tokens;
  const repositories = createCodeHosts(config, tokens);
  const means = { repositories, githubToken, vercelToken, registryPasswords };
  return [...createTargets(config, means).values()].map((target) => ({
    subject: targetKey(target.ref),
    run: async () => {
      try {
        const findings = await target.examine();
        return findings.map((finding) => ({
          ...finding,
          subject: `${targetKey(target.ref)}: ${finding.subject}`,
        }));
      } finally {
        await target.close();
      }
    },
  }));
}
