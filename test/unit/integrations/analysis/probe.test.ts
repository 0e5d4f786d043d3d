import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { analysisConfig } from '../../../../integrations/analysis/config.ts';
import { createProbe } from '../../../../integrations/analysis/probe.ts';

interface Answers {
  /** What the n-th request gets, from 0: a status, or what `fetch` throws. */
  readonly answer: (index: number) => number | Error;
  /** Milliseconds on the test's clock for the n-th request. */
  readonly takes?: (index: number) => number;
}

const good: Answers = { answer: () => 200 };
const refused = new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
const tooLate = new DOMException('timed out', 'TimeoutError');
const { signal } = new AbortController();

function configOf(settings: object = {}) {
  const config = analysisConfig.parse({ probe: settings });
  if (config.kind !== 'probe') throw new Error('not a probe');
  return config;
}

/** A probe in front of two revisions that answer as told, on a clock that only requests move. */
function probeOn(answers: { readonly canary: Answers; readonly baseline: Answers }, settings: object = {}) {
  const asked = { canary: 0, baseline: 0 };
  let now = 0;
  const probe = createProbe(configOf(settings), {
    now: () => now,
    fetch: async (url) => {
      const which = String(url).includes('canary') ? 'canary' : 'baseline';
      const index = asked[which];
      asked[which] += 1;
      now += answers[which].takes?.(index) ?? 0;
      const answer = answers[which].answer(index);
      if (answer instanceof Error) throw answer;
      return new Response('x', { status: answer });
    },
  });
  return { probe, asked };
}

function request(urls: { readonly canary?: string | null; readonly baseline?: string | null } = {}) {
  const { canary = 'http://canary.example', baseline = 'http://baseline.example' } = urls;
  return {
    service: 'api',
    canary: { revision: 'api-2', url: canary },
    baseline: { revision: 'api-1', url: baseline },
    window: 60_000,
    signal,
  };
}

describe('a look', () => {
  it('sends as many requests to each as a verdict needs', async () => {
    const { probe, asked } = probeOn({ canary: good, baseline: good });
    expect(await probe.judge(request())).toMatchObject({
      kind: 'pass',
      samples: 50,
      detail: 'error rate is 0 % (baseline 0 %).',
    });
    expect(asked).toEqual({ canary: 50, baseline: 50 });
  });

  it('measures error rate and percentiles of both, beside what the canary is held to', async () => {
    const canary = { answer: () => 200, takes: () => 8 };
    const { probe } = probeOn({ canary, baseline: good }, { maxP95: '1s', maxErrorRate: '2%' });
    const { measurements } = await probe.judge(request());
    expect(measurements.map(({ name, limit, unit }) => [name, limit, unit])).toEqual([
      ['error rate', 0.02, 'ratio'],
      ['p95', 1_000, 'ms'],
      ['p50', null, 'ms'],
      ['p99', null, 'ms'],
    ]);
    expect(measurements.every(({ canary: of, baseline }) => of !== null && baseline !== null)).toBe(true);
  });

  it('stops with the signal’s own reason', async () => {
    const controller = new AbortController();
    controller.abort(new Error('lost its lease'));
    const { probe, asked } = probeOn({ canary: good, baseline: good });
    await expect(probe.judge({ ...request(), signal: controller.signal })).rejects.toThrow('lost its lease');
    expect(asked).toEqual({ canary: 0, baseline: 0 });
  });
});

describe('errors', () => {
  it('are statuses other than the wanted one', async () => {
    const canary: Answers = { answer: (index) => (index % 25 === 0 ? 503 : 200) };
    const { probe } = probeOn({ canary, baseline: good });
    expect(await probe.judge(request())).toMatchObject({
      kind: 'fail',
      detail:
        'error rate is 4 %, more than 1 % (baseline 0 %); 2 of 50 requests failed (answered 503, wanted 200).',
    });
  });

  it('are answers that do not come in time', async () => {
    const { probe } = probeOn({ canary: { answer: () => tooLate }, baseline: good }, { timeout: '2s' });
    expect(await probe.judge(request())).toMatchObject({
      kind: 'fail',
      detail: expect.stringContaining('50 of 50 requests failed (did not answer within 2000 ms)'),
    });
  });

  it('may be as many as the config allows', async () => {
    const canary: Answers = { answer: (index) => (index === 7 ? 500 : 200) };
    const { probe } = probeOn({ canary, baseline: good }, { maxErrorRate: '2%' });
    expect((await probe.judge(request())).kind).toBe('pass');
  });

  it('may be so many times the baseline’s', async () => {
    const every = (count: number): Answers => ({ answer: (index) => (index % count === 0 ? 500 : 200) });
    const settings = { maxErrorRate: '50%', maxErrorRatio: 2 };
    const judged = (canary: Answers, baseline: Answers) =>
      probeOn({ canary, baseline }, settings).probe.judge(request());
    expect((await judged(every(5), every(10))).kind).toBe('pass');
    expect(await judged(every(5), every(25))).toMatchObject({
      kind: 'fail',
      detail: expect.stringContaining('error rate is 20 %, more than 2 × the baseline’s 4 %'),
    });
  });
});

describe('latency', () => {
  /** Requests one after the other in time: only then does the test's clock tell them apart. */
  const slow: Answers = { answer: () => 200, takes: () => 100 };

  it('fails beyond the limit', async () => {
    const { probe } = probeOn({ canary: slow, baseline: good }, { maxP95: '50ms' });
    const verdict = await probe.judge(request({ baseline: null }));
    expect(verdict.kind).toBe('fail');
    expect(verdict.detail).toMatch(/^p95 is \d+ ms, more than 50 ms\.$/);
  });

  it('does not count what the first request of each connection takes', async () => {
    const canary: Answers = { answer: () => 200, takes: (index) => (index < 5 ? 3_000 : 0) };
    const { probe } = probeOn({ canary, baseline: good }, { maxP95: '50ms', minRequests: 100 });
    expect((await probe.judge(request({ baseline: null }))).kind).toBe('pass');
  });
});

describe('when there is nothing to judge by', () => {
  it('is unavailable without an address of the canary', async () => {
    const { probe, asked } = probeOn({ canary: good, baseline: good });
    expect(await probe.judge(request({ canary: null }))).toMatchObject({
      kind: 'unavailable',
      detail: 'the canary api-2 has no address of its own that could be probed.',
    });
    expect(asked.baseline).toBe(0);
  });

  it('does without the baseline unless it is compared with', async () => {
    const judged = (settings: object) =>
      probeOn({ canary: good, baseline: good }, settings).probe.judge(request({ baseline: null }));
    expect((await judged({})).kind).toBe('pass');
    expect(await judged({ maxP95Ratio: 2 })).toMatchObject({
      kind: 'unavailable',
      detail: expect.stringContaining('the baseline api-1 has no address of its own'),
    });
  });

  it('fails for too many errors even when the comparison cannot be made', async () => {
    const { probe } = probeOn({ canary: { answer: () => 500 }, baseline: good }, { maxP95Ratio: 2 });
    expect((await probe.judge(request({ baseline: null }))).kind).toBe('fail');
  });

  it('is unavailable when neither can be reached, since that may be our own network', async () => {
    const { probe } = probeOn({ canary: { answer: () => refused }, baseline: { answer: () => refused } });
    expect(await probe.judge(request())).toMatchObject({
      kind: 'unavailable',
      detail: 'neither the canary nor the baseline can be reached from here: refused the connection.',
    });
  });

  it('fails when only the canary cannot be reached', async () => {
    const { probe } = probeOn({ canary: { answer: () => refused }, baseline: good });
    expect((await probe.judge(request())).kind).toBe('fail');
  });

  it('has no verdict when time is over before enough requests were sent', async () => {
    const canary: Answers = { answer: () => 200, takes: () => 2_000 };
    const { probe, asked } = probeOn({ canary, baseline: good });
    const verdict = await probe.judge(request({ baseline: null }));
    expect(verdict.kind).toBe('no-data');
    expect(verdict.samples).toBe(asked.canary);
    expect(asked.canary).toBeLessThan(50);
  });

  it('fails though time is over when no other answer could have saved it', async () => {
    const canary: Answers = { answer: () => tooLate, takes: () => 5_000 };
    const { probe, asked } = probeOn({ canary, baseline: good });
    expect((await probe.judge(request({ baseline: null }))).kind).toBe('fail');
    expect(asked.canary).toBeLessThan(50);
  });
});

it('keeps its connections, and never has more than five open to one address', async () => {
  let connections = 0;
  let open = 0;
  let mostOpen = 0;
  const server = createServer((_, response) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    setImmediate(() => {
      open -= 1;
      response.end('{"status":"ok"}');
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const probe = createProbe(configOf({ minRequests: 100 }));
  const verdict = await probe.judge(request({ canary: `http://127.0.0.1:${port}`, baseline: null }));
  expect(verdict).toMatchObject({ kind: 'pass', samples: 100 });
  expect(mostOpen).toBeLessThanOrEqual(5);
  expect(connections).toBeLessThanOrEqual(5);
});
