import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

/** Loads a config whose one service has this `canary:`. */
function load(canary: string, target = '{ kind: cloud-run, project: p, region: r, service: api }') {
  const yaml = `
environments: { production: {} }
services:
  api:
    image: registry.example/team/api
    environments:
      production:
        target: ${target}
${canary.replace(/^/gm, '        ')}
`;
  const loaded = loadConfig(new TextEncoder().encode(yaml));
  const config = loaded.ok ? loaded.config.services.api?.environments.production?.canary : undefined;
  return { config, errors: loaded.ok ? [] : loaded.errors };
}

function prometheus(rest: string): string {
  return `canary: { analysis: [{ prometheus: { url: "http://p:9090", ${rest} } }] }`;
}

describe('a canary’s config', () => {
  it('is there without being written', () => {
    expect(load('').config).toEqual({
      steps: [10, 50, 100],
      pause: 600_000,
      analysis: [
        {
          kind: 'probe',
          path: '/health',
          status: 200,
          maxErrorRate: 0.01,
          minRequests: 50,
          timeout: 5_000,
        },
      ],
      interval: 30_000,
      failureLimit: 2,
      onNoData: 'hold',
      onUnavailable: 'hold',
      holdLimit: 900_000,
    });
  });

  it('has percentages, times and numbers for limits', () => {
    const { config, errors } = load(`
canary:
  steps: [5]
  analysis:
    - probe: { maxErrorRate: 0.5%, maxP95: 250ms }
    - prometheus:
        url: https://prometheus.example/base
        queries:
          - { name: share, query: up, max: 1% }
          - { name: time, query: up, max: 2s }
          - { name: count, query: 'x{r="$canary"}', min: 20, maxRatio: 1.5, weight: warn }`);
    expect(errors).toEqual([]);
    expect(config?.analysis).toMatchObject([
      { kind: 'probe', maxErrorRate: 0.005, maxP95: 250 },
      {
        kind: 'prometheus',
        queries: [
          { max: { value: 0.01, unit: 'ratio' }, weight: 'fail' },
          { max: { value: 2_000, unit: 'ms' } },
          { min: { value: 20, unit: 'number' }, maxRatio: 1.5, weight: 'warn' },
        ],
      },
    ]);
  });

  it('may have nothing that judges', () => {
    expect(load('canary: { analysis: [], interval: 1h }').config?.analysis).toEqual([]);
  });
});

describe('a canary’s config is refused', () => {
  it.each([
    ['steps that do not rise', 'canary: { steps: [10, 50, 50] }', 'steps[2]', 'more than 50'],
    ['a step beyond everything', 'canary: { steps: [101] }', 'steps[0]', 'at most 100'],
    ['a step that is a percentage', 'canary: { steps: [10%] }', 'steps[0]', 'a number'],
    ['no step', 'canary: { steps: [] }', 'steps', 'at least 1 entry'],
    ['pauses without a look', 'canary: { pause: 1m, interval: 2m }', 'interval', 'at most `pause`'],
    ['a pause that nobody remembers', 'canary: { pause: 15d }', 'pause', 'at most 14d'],
    [
      'a request that never ends',
      'canary: { analysis: [{ probe: { timeout: 2m } }] }',
      'analysis[0].probe.timeout',
      'at most 1m',
    ],
    [
      'a share beyond everything',
      'canary: { analysis: [{ probe: { maxErrorRate: 101% } }] }',
      'analysis[0].probe.maxErrorRate',
      'a percentage such as 1% or 0.5%',
    ],
    [
      'an entry of two kinds',
      `canary: { analysis: [{ probe: {}, prometheus: { url: "http://p", queries: [{ name: a, query: up, max: 1 }] } }] }`,
      'analysis[0]',
      'one of probe, prometheus; another is an entry of its own',
    ],
    [
      'an entry of no kind',
      'canary: { analysis: [{}] }',
      'analysis[0]',
      'one of probe, prometheus; another is an entry of its own',
    ],
    [
      'a query without a limit',
      prometheus('queries: [{ name: a, query: up }]'),
      'analysis[0].prometheus.queries[0]',
      'a limit: max, min or maxRatio',
    ],
    [
      'limits of different units',
      prometheus('queries: [{ name: a, query: up, max: 1%, min: 0 }]'),
      'analysis[0].prometheus.queries[0].min',
      'written like max: both a percentage, a time or a number',
    ],
    [
      'a limit in unknown words',
      prometheus('queries: [{ name: a, query: up, max: much }]'),
      'analysis[0].prometheus.queries[0].max',
      'a number, a percentage such as 1%, or a time such as 250ms',
    ],
    [
      'a list for a limit',
      prometheus('queries: [{ name: a, query: up, max: [1] }]'),
      'analysis[0].prometheus.queries[0].max',
      'a number, a percentage such as 1%, or a time such as 250ms',
    ],
    [
      'a comparison of what cannot be asked of the baseline',
      prometheus('queries: [{ name: a, query: up, maxRatio: 2 }]'),
      'analysis[0].prometheus.queries[0].maxRatio',
      'only for a query that is asked again for the baseline: with $canary and without $baseline',
    ],
    [
      'an unknown variable',
      prometheus(`queries: [{ name: a, query: 'x{a="$canry"}', max: 2 }]`),
      'analysis[0].prometheus.queries[0].query',
      'only $service, $canary, $baseline, $window (did you mean $canary?); there is no $canry',
    ],
    [
      'two queries of one name',
      prometheus('queries: [{ name: a, query: up, max: 2 }, { name: a, query: up, max: 2 }]'),
      'analysis[0].prometheus.queries[1].name',
      null,
    ],
    [
      'a place that is no address',
      'canary: { analysis: [{ prometheus: { url: p:9090, queries: [{ name: a, query: up, max: 2 }] } }] }',
      'analysis[0].prometheus.url',
      'an http or https address',
    ],
  ])('for %s', (_, canary, path, allowed) => {
    const at = `services.api.environments.production.canary.${path}`;
    expect(load(canary).errors).toMatchObject([{ path: at, allowed }]);
  });

  it('for a password in an address, which is not repeated', () => {
    const { errors } = load(
      'canary: { analysis: [{ prometheus: { url: "http://me:hunter2@p", queries: [{ name: a, query: up, max: 2 }] } }] }',
    );
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });
});

describe('probes of a canary on Kubernetes', () => {
  const withTraffic = (traffic: string) =>
    `{ kind: kubernetes, namespace: shop, workload: deployment/api, container: app, traffic: { kind: replicas${traffic} } }`;
  const CANARY_URL = ', canaryUrl: "http://api-canary.shop"';

  it.each([
    ['where the canary has no address', '', '', 'canaryUrl'],
    [
      'where what they compare with has none',
      'canary: { analysis: [{ probe: { maxP95Ratio: 1.5 } }] }',
      CANARY_URL,
      'stableUrl',
    ],
  ])('are refused %s, with what to write', (_, canary, traffic, key) => {
    const { errors } = load(canary, withTraffic(traffic));
    expect(errors).toMatchObject([
      {
        path: `services.api.environments.production.target.traffic.${key}`,
        allowed: expect.stringMatching(/^\w+Url: http:\/\/….*analysis/),
      },
    ]);
  });

  it.each([
    ['with an address', '', CANARY_URL],
    ['where nothing but time judges', 'canary: { analysis: [] }', ''],
    ['where Prometheus judges', prometheus('queries: [{ name: a, query: up, max: 1 }]'), ''],
  ])('are no trouble %s', (_, canary, traffic) => {
    expect(load(canary, withTraffic(traffic)).errors).toEqual([]);
  });
});
