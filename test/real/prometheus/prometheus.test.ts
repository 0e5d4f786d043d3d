import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { analysisConfig } from '../../../integrations/analysis/config.ts';
import { createAnalysis } from '../../../integrations/analysis/kinds.ts';
import { askPrometheus } from '../../../integrations/analysis/prometheus-client.ts';
import { fillTemplate } from '../../../integrations/analysis/promql-template.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';
import { combineVerdicts, decide, UNJUDGED } from '../../../src/policy/canary.ts';
import { type CanaryWorld, canaryWorld } from './canary-world.ts';
import { installedPrometheus } from './prometheus-server.ts';

const installed = installedPrometheus();
const { signal } = new AbortController();
const WINDOW = 15_000;
const soon = { timeout: 60_000, interval: 500 };

/** The `prometheus:` that docs/configuration.md shows. */
const documented = z
  .object({ canary: z.object({ analysis: z.tuple([z.object({ prometheus: z.looseObject({}) })]) }) })
  .parse(
    parse(/^canary:\n {2}analysis:\n[^`]*/m.exec(readFileSync('docs/configuration.md', 'utf8'))?.[0] ?? ''),
  ).canary.analysis[0].prometheus;
const P95 = `histogram_quantile(0.95, sum by (le) (
  rate(http_request_duration_seconds_bucket{service="$service",revision=~"$canary"}[$window])))`;

/** Looks once, as a canary's analysis does. */
async function look(
  { prometheus, service, canary, baseline }: CanaryWorld,
  more: object = {},
): Promise<Verdict> {
  const config = { ...documented, url: prometheus.url, minRequests: 50, ...more };
  const providers = createAnalysis([analysisConfig.parse({ prometheus: config })]);
  const request = {
    service,
    canary: { revision: canary, url: null },
    baseline: { revision: baseline, url: null },
    window: WINDOW,
    signal,
  };
  return combineVerdicts(await Promise.all(providers.map((provider) => provider.judge(request))));
}

describe.skipIf(installed === null)(
  `canaries judged by Debian’s Prometheus (${installed ?? 'not installed'})`,
  () => {
    it('a good version has no data without traffic, and passes with it', async () => {
      const world = await canaryWorld('v1.1.0');
      expect(await look(world)).toMatchObject({ kind: 'no-data', samples: 0 });
      await world.split(50);
      await expect.poll(() => look(world), soon).toMatchObject({ kind: 'pass' });
      const { measurements, samples, detail } = await look(world);
      expect(detail).toBe('error rate is 0 % (baseline 0 %).');
      expect(samples).toBeGreaterThanOrEqual(50);
      expect(measurements).toMatchObject([
        { name: 'error rate', canary: 0, baseline: 0, limit: 0.01, unit: 'ratio' },
        { name: 'p95', canary: expect.any(Number), baseline: expect.any(Number), unit: 'ms' },
      ]);
    });

    it('a version that breaks under traffic fails, and two looks abort it', async () => {
      const world = await canaryWorld('v1.4.0-flaky');
      await world.split(50);
      await expect.poll(() => look(world), soon).toMatchObject({ kind: 'fail' });
      const verdict = await look(world);
      expect(verdict.detail).toMatch(/^error rate is [\d.]+ %, more than 1 % \(baseline 0 %\)\.$/);
      const rules = { failureLimit: 2, onNoData: 'hold', onUnavailable: 'hold', holdLimit: 900_000 } as const;
      const first = decide({ standing: UNJUDGED, verdict: verdict.kind, rules, now: 0 });
      const second = decide({ standing: first.standing, verdict: (await look(world)).kind, rules, now: 1 });
      expect([first.kind, second.kind]).toEqual(['hold', 'abort']);
    });

    it('a slow version is told by its ratio to the baseline', async () => {
      const world = await canaryWorld('v1.5.0-slow');
      await world.split(50);
      const slower = { queries: [{ name: 'p95', query: P95, maxRatio: 10 }] };
      await expect
        .poll(() => look(world, slower), soon)
        .toMatchObject({
          kind: 'fail',
          detail: expect.stringContaining('more than 10 × the baseline’s'),
        });
    });

    it('Prometheus stopped is unavailable, and started again it goes on', async () => {
      const world = await canaryWorld('v1.1.0');
      await world.split(50);
      await expect.poll(() => look(world), soon).toMatchObject({ kind: 'pass' });
      await world.prometheus.stop();
      const { host } = new URL(world.prometheus.url);
      expect(await look(world)).toMatchObject({
        kind: 'unavailable',
        detail: `${host} refused the connection.`,
      });
      await world.prometheus.start();
      await expect.poll(() => look(world), soon).toMatchObject({ kind: 'pass' });
    });

    it('a query that it does not understand is unavailable, in its own words', async () => {
      const world = await canaryWorld('v1.1.0');
      const broken = { requests: undefined, queries: [{ name: 'broken', query: 'sum(rate(x[5m])', max: 1 }] };
      expect(await look(world, broken)).toMatchObject({
        kind: 'unavailable',
        detail: expect.stringMatching(/refused the query: .*parse error: unclosed left parenthesis/),
      });
      const many = {
        requests: undefined,
        queries: [{ name: 'many', query: 'vector(1) or label_replace(vector(2),"a","b","","")', max: 9 }],
      };
      expect((await look(world, many)).detail).toBe(
        'the query gives 2 series where one number is wanted; sum them.',
      );
    });

    it('a name means itself, whatever is in it', async () => {
      const { prometheus } = await canaryWorld('v1.1.0');
      const name = 'a"b\'c\\d\n\te`f{}[5m] é 🚀 \u007f # ';
      const values = { service: name, canary: name, baseline: name, window: WINDOW };
      for (const quoted of ['"$canary"', "'$baseline'"]) {
        const query = fillTemplate(`label_replace(vector(1), "found", ${quoted}, "", "")`, values);
        const body = new URLSearchParams({ query });
        const response = await fetch(`${prometheus.url}/api/v1/query`, { method: 'POST', body });
        expect(await response.json()).toMatchObject({ data: { result: [{ metric: { found: name } }] } });
      }
    });

    it('a name stands for its letters where a label is matched by a regular expression', async () => {
      const { prometheus, service } = await canaryWorld('v1.1.0');
      const count = async (canary: string) => {
        const values = { service, canary, baseline: '', window: WINDOW };
        const query = fillTemplate('count(http_requests_total{revision=~"$canary"})', values);
        return askPrometheus(query, { url: prometheus.url, timeout: 5_000, fetch }, signal);
      };
      await expect
        .poll(() => count('api-production-00001-one'), soon)
        .toMatchObject({ ok: true, value: expect.any(Number) });
      expect(await count('api-production-.*')).toMatchObject({ ok: true, value: null });
    });
  },
);
