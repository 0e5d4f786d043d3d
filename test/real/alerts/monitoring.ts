import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { freePort } from '../../support/processes.ts';

const START_LIMIT = 60_000;

/** `alertmanager, version 0.25.0`; null where it is not installed. */
export function installedAlertmanager(): string | null {
  const { error, stdout, stderr } = spawnSync('prometheus-alertmanager', ['--version'], { encoding: 'utf8' });
  return error === undefined ? (`${stdout}${stderr}`.split(' (')[0] ?? '') : null;
}

/** Debian's Prometheus with one rule, and two Alertmanagers that are one cluster. */
export interface Monitoring {
  readonly alertmanagers: readonly string[];
  /** What share of requests fails, as Prometheus scrapes it. */
  errors(share: number): void;
  stop(): Promise<void>;
}

/** Ports of a cluster that is started later, for a config that has to name them. */
export async function clusterAddresses(): Promise<readonly string[]> {
  return [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
}

export async function startMonitoring(options: {
  readonly directory: string;
  readonly alertmanagers: readonly string[];
  readonly webhook: string;
  readonly secret: string;
}): Promise<Monitoring> {
  const { directory, alertmanagers } = options;
  let share = 0;
  const exporter = createServer((_request, response) =>
    response.end(`api_error_share{service="api",environment="staging"} ${share}\n`),
  );
  await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
  const address = exporter.address();
  const exporterPort = typeof address === 'object' && address !== null ? address.port : 0;
  writeFileSync(`${directory}/secret`, options.secret);
  writeFileSync(`${directory}/alertmanager.yml`, alertmanagerConfig(directory, options.webhook));
  writeFileSync(`${directory}/rules.yml`, RULES);
  writeFileSync(`${directory}/prometheus.yml`, prometheusConfig(exporterPort, alertmanagers));
  const gossip = [await freePort(), await freePort()];
  const children = alertmanagers.map((url, index) => startMember(directory, { url, index, gossip }));
  const prometheus = `127.0.0.1:${await freePort()}`;
  children.push(
    run('prometheus', [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/tsdb`,
      `--web.listen-address=${prometheus}`,
      '--log.level=error',
    ]),
  );
  for (const url of [...alertmanagers, `http://${prometheus}`]) await untilReady(url);
  return {
    alertmanagers,
    errors: (now) => {
      share = now;
    },
    stop: async () => {
      await Promise.all(children.map(stopChild));
      exporter.closeAllConnections();
      exporter.close();
    },
  };
}

/** The config that the manifests ship, with its addresses and shorter times. */
function alertmanagerConfig(directory: string, webhook: string): string {
  const shipped = z
    .looseObject({ route: z.looseObject({}), receivers: z.tuple([z.looseObject({})], z.unknown()) })
    .parse(parse(readFileSync('manifests/prometheus/alertmanager.yml', 'utf8')));
  const [receiver] = shipped.receivers;
  const hook = z
    .looseObject({
      webhook_configs: z.tuple([
        z.looseObject({ http_config: z.looseObject({ authorization: z.looseObject({}) }) }),
      ]),
    })
    .parse(receiver).webhook_configs[0];
  hook.url = webhook;
  hook.http_config.authorization.credentials_file = `${directory}/secret`;
  // Nothing here sends mail.
  const route = { ...shipped.route, routes: [], group_wait: '1s', group_interval: '2s' };
  return stringify({ route, receivers: [{ ...receiver, webhook_configs: [hook] }] });
}

const RULES = stringify({
  groups: [
    {
      name: 'api',
      interval: '1s',
      rules: [
        {
          alert: 'HighErrorRate',
          expr: 'api_error_share > 0.01',
          for: '1s',
          labels: { severity: 'critical' },
          annotations: {
            summary: 'More than 1 % of the requests fail',
            value: '{{ $value | humanizePercentage }}',
          },
        },
      ],
    },
  ],
});

function prometheusConfig(port: number, alertmanagers: readonly string[]): string {
  const targets = alertmanagers.map((url) => new URL(url).host);
  return stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets }] }] },
    scrape_configs: [{ job_name: 'api', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
  });
}

function startMember(
  directory: string,
  member: { readonly url: string; readonly index: number; readonly gossip: readonly number[] },
): ChildProcess {
  const { url, index, gossip } = member;
  return run('prometheus-alertmanager', [
    `--config.file=${directory}/alertmanager.yml`,
    `--storage.path=${directory}/alertmanager-${index}`,
    `--web.listen-address=${new URL(url).host}`,
    `--cluster.listen-address=127.0.0.1:${gossip[index]}`,
    ...gossip.filter((_, other) => other !== index).map((port) => `--cluster.peer=127.0.0.1:${port}`),
    '--cluster.peer-timeout=1s',
    '--cluster.settle-timeout=1s',
    '--log.level=error',
  ]);
}

function run(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGKILL');
  await exited;
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  for (;;) {
    const response = await fetch(`${url}/-/ready`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok === true) return;
    if (Date.now() > deadline) throw new Error(`${url} did not get ready`);
    await delay(50);
  }
}

const silences = z.array(
  z.object({
    comment: z.string(),
    createdBy: z.string(),
    endsAt: z.string(),
    status: z.object({ state: z.string() }),
  }),
);

/** The silences that a member of the cluster knows. */
export async function silencesAt(url: string): Promise<z.output<typeof silences>> {
  return silences.parse(await (await fetch(`${url}/api/v2/silences`)).json());
}
