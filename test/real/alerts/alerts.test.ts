import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ALERT_ENV, ALERT_SECRET, alerts } from '../../support/alerts.ts';
import { quick } from '../../support/demo-config.ts';
import { openedBy } from '../../support/form.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { type SeenMessage, says, type TestPerson, wordsOf } from '../../support/workspace.ts';
import {
  clusterAddresses,
  installedAlertmanager,
  type Monitoring,
  silencesAt,
  startMonitoring,
} from './monitoring.ts';

const installed = installedAlertmanager();
const UNDO = { kind: 'deploy', service: 'api', environment: 'production', result: 'undo-failed' };
/** What promtool is told that happened, and what fires then. */
const RULE_TESTS = {
  rule_files: [resolve('manifests/prometheus/rules/slipway.yml')],
  evaluation_interval: '1m',
  tests: [
    {
      interval: '1m',
      input_series: [
        {
          series: `slipway_operations_total{${Object.entries(UNDO).map(([name, value]) => `${name}="${value}"`)}}`,
          values: '0 0 0 1x5',
        },
        // It answers for three minutes, and then its target is gone.
        { series: 'up{job="slipway"}', values: '1 1 1 stale' },
      ],
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: '2m',
          exp_samples: [],
        },
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: '6m',
          exp_samples: ['SlipwayDown', 'SlipwayUndoFailed'].map((alertname) => ({
            labels: `{alertname="${alertname}"}`,
            value: 1,
          })),
        },
      ],
    },
  ],
};
const soon = { timeout: 60_000, interval: 250 };

describe.skipIf(installed === null)(
  `alerts of Debian’s Prometheus and a cluster of two (${installed})`,
  () => {
    let running: RunningBot;
    let monitoring: Monitoring;
    let ana: TestPerson;
    let bo: TestPerson;
    let alert: SeenMessage;
    const now = () => ana.see('incidents', ({ ts }) => ts === alert.ts);

    beforeAll(async () => {
      const api = await clusterAddresses();
      running = await startBotWithPlayground(ALERT_ENV, (config) => {
        quick(config);
        alerts(config, { sources: { alertmanager: { kind: 'alertmanager', api } } });
      });
      monitoring = await startMonitoring({
        directory: running.directory,
        alertmanagers: api,
        webhook: `${running.url()}/webhooks/alertmanager`,
        secret: ALERT_SECRET,
      });
      ana = running.workspace.person('ana');
      bo = running.workspace.person('bo');
      await ana.command('deploys', '/deploy api v1.1.0 staging');
      await ana.see('deploys', says('Deploy api to staging', 'Done'));
    });
    afterAll(async () => {
      await monitoring?.stop();
      await running?.stop();
    });

    it('reach the incident channel from a rule that fires, and abort a canary', async () => {
      await ana.command('deploys', '/canary 10 api v1.2.0 staging');
      await ana.see('deploys', says('Canary of api in staging', 'Running', '10 % of the traffic'));
      monitoring.errors(0.2);
      alert = await ana.see('incidents', says('HighErrorRate', 'CRITICAL', 'api in staging'));
      expect(wordsOf(alert)).toContain('More than 1 % of the requests fail');
      const aborted = await ana.see('deploys', says('Canary of api in staging', 'Undone'));
      expect(wordsOf(aborted)).toContain('HighErrorRate');
      await expect.poll(async () => wordsOf(await now()), soon).toMatch(/Canary of api in staging.*Undone/s);
    });

    it('are acknowledged, and silenced where they come from', async () => {
      await ana.click('incidents', await now(), 'Acknowledge');
      await expect.poll(async () => wordsOf(await now()), soon).toContain(`Acknowledged by <@${ana.id}>`);
      await bo.click('incidents', await now(), 'Silence 1 h');
      await expect.poll(async () => wordsOf(await now()), soon).toContain(`Silenced by <@${bo.id}>`);
      for (const member of monitoring.alertmanagers) {
        await expect
          .poll(() => silencesAt(member), soon)
          .toMatchObject([{ createdBy: 'bo', status: { state: 'active' } }]);
      }
      await bo.click('incidents', await now(), 'End silence');
      for (const member of monitoring.alertmanagers) {
        await expect.poll(() => silencesAt(member), soon).toMatchObject([{ status: { state: 'expired' } }]);
      }
      await expect.poll(async () => wordsOf(await now()), soon).toContain('Silence 1 h');
    });

    it('are silenced by the form for as long as somebody writes', async () => {
      const before = await now();
      const open = () => bo.click('incidents', before, 'Silence …');
      const view_id = await openedBy(running.workspace, bo, open);
      const submit = (duration: string, reason: string) => {
        const values = {
          duration: { 'slipway-silence:duration': { type: 'plain_text_input', value: duration } },
          reason: { 'slipway-silence:reason': { type: 'plain_text_input', value: reason } },
        };
        return bo.client.apiCall('views.submit', { view_id, state: { values } });
      };
      expect(await submit('soon', 'known')).toMatchObject({
        errors: { duration: expect.stringContaining('30m') },
      });
      expect(await submit('90m', 'the <!channel> disk')).not.toHaveProperty('errors');
      await expect.poll(async () => wordsOf(await now()), soon).toContain('“the &lt;!channel&gt; disk”');
      const [member = ''] = monitoring.alertmanagers;
      const active = async () => (await silencesAt(member)).filter(({ status }) => status.state === 'active');
      const [made] = await active();
      expect(made?.comment).toContain('the <!channel> disk');
      const lasts = Date.parse(made?.endsAt ?? '') - Date.now();
      expect(lasts).toBeGreaterThan(80 * 60_000);
      expect(lasts).toBeLessThan(91 * 60_000);
      await bo.click('incidents', await now(), 'End silence');
      await expect.poll(active, soon).toEqual([]);
      await expect.poll(async () => wordsOf(await now()), soon).toContain('Silence 1 h');
    });

    it('lead to a rollback by a button', async () => {
      await ana.click('incidents', await now(), 'Roll back api in staging');
      await ana.see('incidents', says('✅ Roll back api in staging · Done'));
      expect((await running.workspace.serving('api', 'staging')).version).toBe('v1.0.0');
    });

    it('are resolved in the same message, and two members said it once', async () => {
      monitoring.errors(0);
      await expect.poll(async () => wordsOf(await now()), soon).toContain('✅ CRITICAL · Resolved');
      const about = (await ana.messages('incidents')).filter(({ text }) => text.includes('HighErrorRate'));
      expect(about).toHaveLength(1);
      const said = async () => {
        const thread = await ana.thread('incidents', alert.ts);
        return thread.filter(({ text }) => text.includes('Everything is resolved')).length;
      };
      await expect.poll(said, soon).toBe(1);
    });

    it('are resolved although they end while they are silenced, and deploys are allowed again', async () => {
      monitoring.errors(0.3);
      const firing = says('🔴 CRITICAL · Firing', 'HighErrorRate');
      alert = await ana.see('incidents', firing);
      expect(wordsOf(await ana.ask('deploys', '/deploy api v1.1.0 staging'))).toContain(
        'A critical alert fires for',
      );
      await bo.click('incidents', alert, 'Silence 1 h');
      await expect.poll(async () => wordsOf(await now()), soon).toContain(`Silenced by <@${bo.id}>`);
      monitoring.errors(0);
      await expect.poll(async () => wordsOf(await now()), soon).toContain('✅ CRITICAL · Resolved');
      await ana.command('deploys', '/deploy api v1.1.0 staging');
      await expect
        .poll(async () => (await running.workspace.serving('api', 'staging')).version, soon)
        .toBe('v1.1.0');
    });
  },
);

describe.skipIf(installed === null)('what is shipped for monitoring', () => {
  it.each(readdirSync('manifests/prometheus/rules'))('%s is what promtool takes', (file) => {
    const args = ['check', 'rules', `manifests/prometheus/rules/${file}`];
    const checked = spawnSync('promtool', args, { encoding: 'utf8' });
    expect(`${checked.stdout}${checked.stderr}`).toContain('SUCCESS');
    expect(checked.status).toBe(0);
  });

  it('calls somebody for the first undo that fails, and for a bot that is gone', () => {
    using directory = mkdtempDisposableSync(join(tmpdir(), 'rules-'));
    const file = join(directory.path, 'tests.yml');
    writeFileSync(file, stringify(RULE_TESTS));
    const checked = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    expect(`${checked.stdout}${checked.stderr}`).toContain('SUCCESS');
    expect(checked.status).toBe(0);
  });

  it('comes with an Alertmanager config that amtool takes', () => {
    const args = ['check-config', 'manifests/prometheus/alertmanager.yml'];
    expect(spawnSync('amtool', args, { encoding: 'utf8' }).status).toBe(0);
  });

  it.each([
    ['SlipwayDown', 'without-slipway,slipway'],
    ['SlipwayAlertsNotStored', 'without-slipway,slipway'],
    ['SlipwaySlackTrouble', 'without-slipway,slipway'],
    ['SlipwayUndoFailed', 'slipway'],
  ])('sends %s to %s', (name, receivers) => {
    const config = '--config.file=manifests/prometheus/alertmanager.yml';
    const args = ['config', 'routes', 'test', config, `alertname=${name}`];
    expect(spawnSync('amtool', args, { encoding: 'utf8' }).stdout.trim()).toBe(receivers);
  });
});
