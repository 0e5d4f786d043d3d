import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../../src/http/metrics.ts';
import type { CallResult } from '../../../src/slack/calls.ts';

const dashboard = z
  .object({
    panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
  })
  .parse(JSON.parse(readFileSync('manifests/grafana/slipway.json', 'utf8')));
const rules = 'manifests/prometheus/rules';
const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
          annotations: z.object({ summary: z.string() }),
        }),
      ),
    }),
  ),
});

/** Names of the bot's metrics, as samples have them. */
async function exposed(): Promise<string> {
  const metrics = createMetrics({ services: {} });
  const target = { service: 'api', environment: 'production' };
  metrics.ended({ kind: 'deploy', target, state: 'succeeded', seconds: 1 });
  metrics.approved(1);
  metrics.slackCalled({ method: 'post', result: 'done' });
  metrics.slackLimited({ method: 'post', seconds: 1 });
  metrics.webhookAnswered({ webhook: 'alertmanager', status: 200 });
  return (await metrics.expose()).text;
}

function metricsIn(expression: string): readonly string[] {
  return expression.match(/\b(slipway|process)_[a-z_]+/g) ?? [];
}

describe('the dashboard and the rules', () => {
  it('name only metrics that the bot has', async () => {
    const own = ruleFile.parse(parse(readFileSync(`${rules}/slipway.yml`, 'utf8')));
    const expressions = [
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
      ...own.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ];
    const text = await exposed();
    const named = [...new Set(expressions.flatMap(metricsIn))];
    expect(named.length).toBeGreaterThanOrEqual(7);
    expect(named.filter((name) => !new RegExp(`^${name}(\\{| )`, 'm').test(text))).toEqual([]);
  });

  it('are the same for the Prometheus operator, which has one more for its two replicas', () => {
    const own = parse(readFileSync(`${rules}/slipway.yml`, 'utf8'));
    const operator = parse(readFileSync('manifests/kubernetes/monitoring/rules.yaml', 'utf8'));
    const [same, replicas, ...others] = operator.spec.groups;
    expect([same]).toEqual(own.groups);
    expect(others).toEqual([]);
    expect(ruleFile.parse({ groups: [replicas] }).groups[0]?.rules.map(({ alert }) => alert)).toEqual([
      'SlipwayReplicaDown',
    ]);
  });

  it('ask for results that calls of Slack end with', () => {
    const text = readFileSync(`${rules}/slipway.yml`, 'utf8');
    const asked = [...text.matchAll(/slipway_slack_calls_total\{result!?=~?"([^"]*)"/g)].flatMap(
      ([, results = '']) => results.split('|'),
    );
    const results: readonly string[] = [
      'done',
      'limited',
      'refused',
      'unsure',
    ] satisfies CallResult<unknown>['kind'][];
    expect(asked).not.toEqual([]);
    expect(asked.filter((result) => !results.includes(result))).toEqual([]);
  });

  it.each(readdirSync(rules))('%s says of every alert how bad it is and what it means', (file) => {
    expect(() => ruleFile.parse(parse(readFileSync(`${rules}/${file}`, 'utf8')))).not.toThrow();
  });
});
