import { describe, expect, it } from 'vitest';
import { analysisConfig } from '../../../../integrations/analysis/config.ts';
import { createPrometheusAnalysis } from '../../../../integrations/analysis/prometheus.ts';

const { signal } = new AbortController();
const request = {
  service: 'api',
  canary: { revision: 'api-2', url: null },
  baseline: { revision: 'api-1', url: null },
  window: 120_000,
  signal,
};
const errorRate = { name: 'error rate', query: 'errors{revision="$canary"}', max: '1%' };

/** A Prometheus that answers queries from a table; what is not in it gives nothing. */
function prometheusOn(answers: Readonly<Record<string, unknown>>, settings: object = {}) {
  const asked: string[] = [];
  const config = analysisConfig.parse({
    prometheus: { url: 'http://prometheus.example:9090/base', queries: [errorRate], ...settings },
  });
  if (config.kind !== 'prometheus') throw new Error('not prometheus');
  const provider = createPrometheusAnalysis(config, {
    fetch: async (url, init) => {
      const query = new URLSearchParams(String(init?.body)).get('query') ?? '';
      asked.push(`${init?.method} ${url} ${query}`);
      const answer = Object.hasOwn(answers, query) ? answers[query] : vector();
      if (answer instanceof Error) throw answer;
      return answer instanceof Response ? answer : Response.json(answer);
    },
  });
  return { provider, asked };
}

function vector(...values: readonly string[]) {
  const result = values.map((value) => ({ metric: {}, value: [1_700_000_000.123, value] }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

async function verdictOf(answers: Readonly<Record<string, unknown>>, settings: object = {}) {
  return prometheusOn(answers, settings).provider.judge(request);
}

const CANARY = 'errors{revision="api-2"}';
const BASELINE = 'errors{revision="api-1"}';

describe('a look', () => {
  it('asks for the canary, and the same for the baseline', async () => {
    const { provider, asked } = prometheusOn({ [CANARY]: vector('0.002'), [BASELINE]: vector('0.001') });
    expect(await provider.judge(request)).toEqual({
      kind: 'pass',
      detail: 'error rate is 0.2 % (baseline 0.1 %).',
      measurements: [{ name: 'error rate', canary: 0.002, baseline: 0.001, limit: 0.01, unit: 'ratio' }],
      samples: 0,
      warnings: [],
    });
    const address = 'POST http://prometheus.example:9090/base/api/v1/query';
    expect(asked).toEqual([`${address} ${CANARY}`, `${address} ${BASELINE}`]);
  });

  it('asks once when the query names both, or neither', async () => {
    const query = 'ratio{canary="$canary",baseline="$baseline",service="$service"}[$window]';
    const { provider, asked } = prometheusOn({}, { queries: [{ name: 'ratio', query, max: 2 }] });
    await provider.judge(request);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('ratio{canary="api-2",baseline="api-1",service="api"}[120s]');
  });

  it('stops with the signal’s own reason', async () => {
    const controller = new AbortController();
    controller.abort(new Error('lost its lease'));
    const { provider } = prometheusOn({ [CANARY]: new DOMException('aborted', 'AbortError') });
    await expect(provider.judge({ ...request, signal: controller.signal })).rejects.toThrow('lost its lease');
  });
});

describe('limits', () => {
  it('fail above max and below min', async () => {
    expect(await verdictOf({ [CANARY]: vector('0.034'), [BASELINE]: vector('0') })).toMatchObject({
      kind: 'fail',
      detail: 'error rate is 3.4 %, more than 1 % (baseline 0 %).',
    });
    const queries = [{ name: 'orders a minute', query: 'orders', min: 20 }];
    expect(await verdictOf({ orders: vector('3') }, { queries })).toMatchObject({
      kind: 'fail',
      detail: 'orders a minute is 3, less than 20.',
    });
  });

  it('that are times are compared with seconds', async () => {
    const queries = [{ name: 'p95', query: 'p95', max: '800ms' }];
    expect(await verdictOf({ p95: vector('1.25') }, { queries })).toMatchObject({
      kind: 'fail',
      detail: 'p95 is 1.25 s, more than 800 ms.',
      measurements: [{ canary: 1_250, limit: 800, unit: 'ms' }],
    });
  });

  it('by ratio fail when the canary is so many times worse, even where the baseline is 0', async () => {
    const queries = [{ name: 'errors', query: errorRate.query, maxRatio: 1.5 }];
    const judged = (canary: string, baseline: string) =>
      verdictOf({ [CANARY]: vector(canary), [BASELINE]: vector(baseline) }, { queries });
    expect((await judged('3', '2')).kind).toBe('pass');
    expect(await judged('3.1', '2')).toMatchObject({
      kind: 'fail',
      detail: 'errors is 3.1, more than 1.5 × the baseline’s 2.',
    });
    expect((await judged('0', '0')).kind).toBe('pass');
    expect((await judged('0.1', '0')).kind).toBe('fail');
  });

  it('keep the strictest for the picture', async () => {
    const queries = [{ ...errorRate, max: '50%', maxRatio: 2 }];
    const answers = { [CANARY]: vector('0.1'), [BASELINE]: vector('0.1') };
    expect((await verdictOf(answers, { queries })).measurements[0]?.limit).toBe(0.2);
  });

  it('of the infinite fail, and are kept as nothing measured', async () => {
    expect(await verdictOf({ [CANARY]: vector('+Inf') })).toMatchObject({
      kind: 'fail',
      detail: 'error rate is infinite, more than 1 %.',
      measurements: [{ canary: null }],
    });
  });
});

describe('no data', () => {
  it.each([
    ['an empty answer', vector()],
    ['NaN', vector('NaN')],
  ])('is %s', async (_, answer) => {
    expect(await verdictOf({ [CANARY]: answer })).toMatchObject({
      kind: 'no-data',
      detail: 'error rate: nothing was measured of the canary.',
    });
  });

  it('is a baseline that is compared with and has none', async () => {
    const queries = [{ ...errorRate, maxRatio: 2 }];
    expect((await verdictOf({ [CANARY]: vector('0') }, { queries })).kind).toBe('no-data');
    expect((await verdictOf({ [CANARY]: vector('0') })).kind).toBe('pass');
  });

  it('is too few requests, however bad they look', async () => {
    const settings = { requests: 'requests{revision="$canary"}', minRequests: 100 };
    const answers = { [CANARY]: vector('0.5') };
    const requests = 'requests{revision="api-2"}';
    expect(await verdictOf({ ...answers, [requests]: vector('12.7') }, settings)).toMatchObject({
      kind: 'no-data',
      detail: 'there were 12 of the 100 requests that a verdict needs.',
      samples: 12,
    });
    expect((await verdictOf(answers, settings)).kind).toBe('no-data');
    expect(await verdictOf({ ...answers, [requests]: vector('100') }, settings)).toMatchObject({
      kind: 'fail',
      samples: 100,
    });
  });
});

describe('unavailable', () => {
  it.each([
    [
      'a refused connection',
      new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }),
      'prometheus.example:9090 refused the connection.',
    ],
    [
      'no answer in time',
      new DOMException('timed out', 'TimeoutError'),
      'prometheus.example:9090 did not answer within 10000 ms.',
    ],
    [
      'an error without words',
      new Response('<html>', { status: 502 }),
      'prometheus.example:9090 answered 502.',
    ],
    [
      'a query that it refuses',
      Response.json(
        { status: 'error', errorType: 'bad_data', error: 'parse error: unexpected }' },
        { status: 400 },
      ),
      'prometheus.example:9090 refused the query: parse error: unexpected }.',
    ],
    ['something else', new Response('hello'), 'prometheus.example:9090 does not answer like Prometheus.'],
    ['several series', vector('1', '2'), 'the query gives 2 series where one number is wanted; sum them.'],
    [
      'a matrix',
      { status: 'success', data: { resultType: 'matrix', result: [] } },
      'the query gives a matrix where one number is wanted.',
    ],
  ])('is %s', async (_, answer, detail) => {
    expect(await verdictOf({ [CANARY]: answer })).toMatchObject({ kind: 'unavailable', detail });
  });

  it('is a baseline that is compared with and cannot be asked for, unless the canary fails anyway', async () => {
    const queries = [{ ...errorRate, maxRatio: 2 }];
    const away = new Response('', { status: 503 });
    expect((await verdictOf({ [CANARY]: vector('0'), [BASELINE]: away }, { queries })).kind).toBe(
      'unavailable',
    );
    const again = new Response('', { status: 503 });
    expect((await verdictOf({ [CANARY]: vector('1'), [BASELINE]: again }, { queries })).kind).toBe('fail');
  });

  it('is told once, however many queries could not be asked', async () => {
    const queries = ['a', 'b', 'c'].map((name) => ({ name, query: name, max: 1 }));
    const away = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, new Response('', { status: 503 })]));
    expect((await verdictOf(away, { queries })).detail).toBe('prometheus.example:9090 answered 503.');
  });
});

describe('several queries', () => {
  const [worse, warned] = [
    { name: 'worse', query: 'worse', max: 1 },
    { name: 'warned', query: 'warned', max: 1, weight: 'warn' },
  ];

  it('fail when one of them does', async () => {
    const queries = [errorRate, worse];
    expect(await verdictOf({ [CANARY]: vector('0'), worse: vector('2') }, { queries })).toMatchObject({
      kind: 'fail',
      detail: 'worse is 2, more than 1.',
    });
  });

  it.each([
    ['is beyond its limit', vector('2'), 'warned is 2, more than 1'],
    ['has no data', vector(), 'warned: nothing was measured of the canary'],
    ['cannot be asked', new Response('', { status: 503 }), 'warned: prometheus.example:9090 answered 503'],
  ])('that only warn change nothing when one %s, and are told', async (_, answer, warning) => {
    const verdict = await verdictOf(
      { [CANARY]: vector('0'), warned: answer },
      { queries: [errorRate, warned] },
    );
    expect(verdict.kind).toBe('pass');
    expect(verdict.warnings).toEqual([warning]);
  });

  it('pass when all of them only warn', async () => {
    expect(await verdictOf({ warned: vector('2') }, { queries: [warned] })).toMatchObject({ kind: 'pass' });
  });

  it('pass on what Prometheus itself warns of', async () => {
    const answer = { ...vector('0'), warnings: ['PromQL warning: bad bucket'] };
    expect((await verdictOf({ [CANARY]: answer })).warnings).toEqual([
      'error rate: PromQL warning: bad bucket',
    ]);
  });
});
