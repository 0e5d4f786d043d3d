import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERT_ENV, alertmanagerPayload, type TestAlert, tell } from '../../support/alerts.ts';
import { type ActionsServer, actionsServer, WORKFLOW } from '../../support/github/actions.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../../support/github/github-server.ts';
import { countsOf, Harassment, TAKEOVER, total } from '../../support/harassed.ts';
import {
  deploysToStaging,
  everyKind,
  everyKindInProduction,
  extendedCanary,
  releaseByWorkflow,
  type Stage,
} from '../../support/replica-works.ts';
import { type Replicas, startReplicas, until } from '../../support/replicas.ts';
import { says, type TestPerson, wordsOf } from '../../support/workspace.ts';

const SECRET = 'a secret of the webhook';
const VERSIONS = ['v1.0.0', 'v1.1.0', 'v1.2.0'];
/** Kills for each way in which Slack reaches the bots. */
const KILLS = 32;

// What is lost or done twice once is a fault, however it goes the next time: nothing here is tried again.
describe.each([
  ['socket', 3],
  ['http', 2],
] as const)('bots on one database, reached by %s, %i of them', (reach, count) => {
  let github: GithubServer;
  let actions: ActionsServer;
  let replicas: Replicas;
  let harassment: Harassment;
  let stage: Stage;
  let ana: TestPerson;

  beforeAll(async () => {
    let url = '';
    actions = actionsServer(() => url);
    github = await startGithub(actions.routes);
    url = github.url;
    for (const version of VERSIONS) {
      const files = { '.github/workflows/deploy.yml': WORKFLOW };
      const sha = await github.commit({ title: `Make ${version}`, author: 'ana', files });
      await github.tag(version, sha);
      actions.refs.set(version, sha).set('main', sha);
    }
    replicas = await startReplicas({
      count,
      reach,
      env: { GITHUB_TOKEN: TOKEN, WEBHOOK_SECRET_GITHUB: SECRET, ...ALERT_ENV },
      configure: (config) => everyKind(config, github.url),
    });
    for (const replica of replicas.all) await hook(replica.url);
    ana = replicas.workspace.person('ana');
    const { person } = replicas.workspace;
    harassment = new Harassment(replicas, { asker: person('ana'), approver: person('bo') });
    stage = { replicas, harassment, actions, ana };
    // Whatever Slack delivers, it delivers to all of them.
    await replicas.workspace.lever('duplicate', { copies: count });
  });
  afterAll(async () => {
    await replicas?.stop();
    await github?.stop();
  });

  async function hook(url: string): Promise<void> {
    const config = { url: `${url}/webhooks/github`, secret: SECRET, content_type: 'json' };
    const repository = { owner: OWNER, repo: REPO };
    await github.octokit.rest.repos.createWebhook({ ...repository, config, events: ['release'] });
  }

  const tellAll = (...alerts: readonly TestAlert[]) =>
    Promise.all(
      [...replicas.all, ...replicas.all].map(({ url }) => tell(url, alertmanagerPayload('disk', alerts))),
    );

  it('tell of an alert once, of which each of them is told twice', async () => {
    const labels = { instance: 'db-1' };
    expect(new Set(await tellAll({ name: 'DiskFull', labels }))).toEqual(new Set([200]));
    const { ts } = await ana.see('incidents', says('DiskFull'));
    await tellAll({ name: 'DiskFull', labels, status: 'resolved' });
    await ana.see('incidents', (message) => message.ts === ts && says('Resolved')(message));
    expect((await ana.messages('incidents')).filter(says('DiskFull'))).toHaveLength(1);
    const lines = (await ana.thread('incidents', ts)).slice(1).map(wordsOf);
    expect(lines).toEqual([...new Set(lines)]);
  });

  it('begin what was asked for once, though whoever had acknowledged it was killed', async () => {
    await replicas.workspace.lever('cloud/registry', { delayMs: 1_500 });
    const before = await replicas.count();
    await ana.command('deploys', '/deploy frontend v1.1.0 staging');
    const holder = await until(
      () => replicas.workingOnDelivery(),
      (found) => found !== undefined,
    );
    if (holder !== undefined) await harassment.kill(holder);
    await replicas.workspace.lever('cloud/registry', { delayMs: 0 });
    const message = await ana.see('deploys', says('Deploy frontend to staging', 'Done'));
    expect(await replicas.count()).toBe(before + 1);
    expect((await ana.messages('deploys')).filter(says('Deploy frontend to staging'))).toEqual([message]);
  });

  it(`end every operation right and once, over ${KILLS} kills of whoever runs it`, async () => {
    const before = await replicas.count();
    const releases = VERSIONS.slice(1);
    const release = async () => {
      const version = releases.shift();
      const tell = () => github.release(version ?? '', true);
      if (version !== undefined) await releaseByWorkflow(stage, { version, tell });
    };
    const again = async (work: () => Promise<void>) => {
      do await work();
      while (harassment.kills < KILLS);
    };
    await Promise.all([
      again(() => everyKindInProduction(stage)),
      again(() => deploysToStaging(stage, 'api')),
      again(() => deploysToStaging(stage, 'frontend')),
      again(() => extendedCanary(stage)),
      release().then(release),
    ]);
    await harassment.expectTold(ana);
    const { started } = total(harassment.tallies);
    console.log(
      [
        `${count} bots, reached by ${reach}: ${harassment.kills} kills, at ${harassment.killedAt.size} boundaries`,
        ...countsOf(harassment.tallies),
        `taken over after ${Math.max(...harassment.takeovers)} ms at most, ${harassment.takeovers.length} times measured`,
      ].join('\n'),
    );
    expect(harassment.problems).toEqual([]);
    expect(harassment.takeovers.filter((took) => took > TAKEOVER)).toEqual([]);
    expect(await replicas.count()).toBe(before + started);
    expect(harassment.kills).toBeGreaterThanOrEqual(KILLS);
    const spared = [...harassment.tallies].filter(([, { kills }]) => kills === 0).map(([name]) => name);
    expect(spared).toEqual([]);
  });
});
