/**
 * 300 groups of alerts at once into one channel that takes a message a second: the shipped bot, and Alertmanager with
 * its own Slack receiver, each before a strict Slack of its own.
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { ALERT_ENV, alerts } from '../support/alerts.ts';
import { quick } from '../support/demo-config.ts';
import { freePort, startShipped, type TemporaryDirectory, temporaryDirectory } from '../support/processes.ts';
import { type RunningBot, startBotWithPlayground } from '../support/running-bot.ts';
import { refusedCalls, STORM, sendStorm, severityOf, unseen, untilAllSeen } from '../support/storm.ts';
import { openWorkspace, type TestWorkspace, wordsOf } from '../support/workspace.ts';

const ROUNDS = 5;
const LIMIT = 60_000;
/** So long Alertmanager is given. */
const PATIENCE = 120_000;
const READY_LIMIT = 30_000;

interface Told {
  readonly seen: number;
  readonly refused: number;
}

/** All groups readable after so many milliseconds, refused calls, and an approval in the middle. */
export async function measureStorm(): Promise<readonly string[][]> {
  const rounds: { seen: number; asked: number; refused: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await stormOnSlipway());
  const anchor = await stormOnAlertmanager();
  const worst = (of: (round: (typeof rounds)[number]) => number) => Math.max(...rounds.map(of));
  const all = rounds.map(({ seen }) => (seen / 1_000).toFixed(1)).join(', ');
  const refused = rounds.reduce((sum, round) => sum + round.refused, 0);
  return [
    [
      `${STORM.length} alert groups at once, readable in the channel`,
      `all after ${all} s`,
      anchor === null ? 'no Alertmanager here' : `${anchor.seen} after ${PATIENCE / 1_000} s`,
      '–',
      'all in 5 s',
    ],
    ['  calls that Slack refused', String(refused), anchor === null ? '–' : String(anchor.refused), '–', '0'],
    [
      `  approval asked for in the middle, ms (worst of ${ROUNDS})`,
      String(worst(({ asked }) => asked)),
      '–',
      '–',
      '2000',
    ],
  ];
}

async function stormOnSlipway() {
  const running = await startBotWithPlayground({ ...ALERT_ENV, LOG_LEVEL: 'warn' }, (config) => {
    quick(config);
    alerts(config);
  });
  try {
    const { workspace } = running;
    await delay(1_000);
    const told = sendStorm(running);
    const seen = untilAllSeen(workspace, LIMIT);
    await delay(500);
    const asked = await approvalAsked(running);
    await told;
    return { seen: await seen, asked, refused: sum(await refusedCalls(workspace)) };
  } finally {
    await running.stop();
  }
}

/** Milliseconds from a typed deploy until it is shown for approval in the channel of the storm. */
async function approvalAsked({ workspace }: RunningBot): Promise<number> {
  const ana = workspace.person('ana');
  const typed = Date.now();
  await ana.command('incidents', '/deploy api v1.1.0 production --during-incident "the fix"');
  await ana.see('incidents', (message) => wordsOf(message).includes('Waiting for approval'));
  return Date.now() - typed;
}

/** How many groups Alertmanager’s Slack receiver has told when patience ends; null where it is not installed. */
async function stormOnAlertmanager(): Promise<Told | null> {
  if (spawnSync('prometheus-alertmanager', ['--version']).error !== undefined) return null;
  const directory = temporaryDirectory();
  const playground = await startShipped(['playground'], {
    env: { PLAYGROUND_PORT: String(await freePort()), SLIPWAY_DATA: directory.path },
    ready: 'Playground http',
  });
  const workspace = await openWorkspace(playground.url('Playground'));
  const { child, url } = await startAlertmanager(directory, workspace);
  try {
    await untilReady(url);
    const labels = STORM.map((alertname) => ({
      labels: { alertname, severity: severityOf(alertname), service: 'api' },
    }));
    const headers = { 'content-type': 'application/json' };
    await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(labels) });
    await delay(PATIENCE);
    const missing = (await unseen(workspace)).length;
    return { seen: STORM.length - missing, refused: sum(await refusedCalls(workspace)) };
  } finally {
    child.kill('SIGKILL');
    await playground.stop();
    directory.remove();
  }
}

async function startAlertmanager(
  directory: TemporaryDirectory,
  workspace: TestWorkspace,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const config = `${directory.path}/alertmanager.yml`;
  writeFileSync(config, configFor(workspace));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus-alertmanager',
    [
      `--config.file=${config}`,
      `--storage.path=${directory.path}/alertmanager`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  return { child, url: `http://${address}` };
}

/**
 * Its receiver as its manual has it for a bot’s token, and a group for each alert, told at once. What Slack refused it
 * tells again when the group’s interval is over, so that is short.
 */
function configFor({ url, channelId }: TestWorkspace): string {
  return stringify({
    route: {
      receiver: 'slack',
      group_by: ['alertname'],
      group_wait: '0s',
      group_interval: '5s',
      repeat_interval: '4h',
    },
    receivers: [
      {
        name: 'slack',
        slack_configs: [
          {
            api_url: `${url}/api/chat.postMessage`,
            channel: channelId('incidents'),
            http_config: { authorization: { credentials: 'xoxb-playground-slipway' } },
          },
        ],
      },
    ],
  });
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + READY_LIMIT;
  for (;;) {
    const response = await fetch(`${url}/-/ready`).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok === true) return;
    if (Date.now() > deadline) throw new Error(`${url} did not get ready`);
    await delay(50);
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
