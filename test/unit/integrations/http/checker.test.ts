import { expect, test } from 'vitest';
import { type HttpCheck, storedHttpChecks, storeHttpCheck } from '../../../../integrations/checks.ts';
import { createHttpChecker } from '../../../../integrations/http/checker.ts';

type Answer = number | string | Error | { readonly status: number; readonly location: string };

/** A checker whose requests are answered from a list, on a clock that only waiting moves. */
function checkerOn(answers: readonly Answer[]) {
  const asked: string[] = [];
  let now = 0;
  const checker = createHttpChecker({
    now: () => now,
    wait: async (milliseconds, signal) => {
      signal.throwIfAborted();
      now += milliseconds;
    },
    fetch: async (url, init) => {
      const answer = answers[Math.min(asked.length, answers.length - 1)] ?? 200;
      asked.push(String(url));
      if (typeof init?.body === 'string') asked.push(`${init.method} ${init.body}`);
      if (typeof answer === 'string') return new Response(answer);
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'number') return new Response('x', { status: answer });
      return new Response('', { status: answer.status, headers: { location: answer.location } });
    },
  });
  return { checker, asked };
}

const { signal } = new AbortController();
const baseUrl = 'http://api.example:8080/base';

function check(overrides: Partial<HttpCheck> = {}): HttpCheck {
  return { http: '/health', status: 200, successes: 1, timeout: 500, ...overrides };
}

test('resolves paths on the address, and leaves whole addresses as they are', async () => {
  const { checker, asked } = checkerOn([200]);
  const checks = [check(), check({ http: 'https://www.example/up' })];
  const result = await checker.run({ checks, baseUrl, signal });
  expect(asked).toEqual(['http://api.example:8080/health', 'https://www.example/up']);
  expect(result).toEqual({
    ok: true,
    detail: 'GET /health answered 200; GET https://www.example/up answered 200',
  });
});

test('wants so many right answers in a row', async () => {
  const { checker, asked } = checkerOn([200, 200, 503, 200]);
  const result = await checker.run({ checks: [check({ successes: 5 })], baseUrl, signal });
  expect(result).toEqual({ ok: false, detail: 'GET /health answered 503 (wanted 200), 2 of 5' });
  expect(asked).toHaveLength(3);
});

test('stops at the first check that fails', async () => {
  const { checker, asked } = checkerOn([500]);
  await checker.run({ checks: [check(), check({ http: '/other' })], baseUrl, signal });
  expect(asked).toHaveLength(1);
});

test('does not follow redirects, and says where they lead', async () => {
  const { checker } = checkerOn([{ status: 302, location: 'https://login.example/' }]);
  const result = await checker.run({ checks: [check()], baseUrl, signal });
  expect(result.detail).toBe('GET /health answered 302, a redirect to https://login.example/ (wanted 200)');
});

test('any status can be the right one', async () => {
  const { checker } = checkerOn([401]);
  expect((await checker.run({ checks: [check({ status: 401 })], baseUrl, signal })).ok).toBe(true);
});

test.each([
  ['ECONNREFUSED', 'GET /health: api.example:8080 refused the connection'],
  ['ENOTFOUND', 'GET /health: api.example:8080 has no address: its name is not known'],
  ['CERT_HAS_EXPIRED', 'GET /health: api.example:8080 shows a certificate that has expired'],
  ['EWHATEVER', 'GET /health: api.example:8080 could not be asked (EWHATEVER)'],
])('explains %s', async (code, detail) => {
  const { checker } = checkerOn([new TypeError('fetch failed', { cause: { code } })]);
  expect(await checker.run({ checks: [check()], baseUrl, signal })).toEqual({ ok: false, detail });
});

test('says how long it waited for an answer', async () => {
  const { checker } = checkerOn([new DOMException('timed out', 'TimeoutError')]);
  const result = await checker.run({ checks: [check()], baseUrl, signal });
  expect(result.detail).toBe('GET /health did not answer within 500 ms');
});

test('forgives a new address its wrong answers until the first right one', async () => {
  const { checker } = checkerOn([404, 404, 200]);
  const request = { checks: [check({ successes: 2 })], baseUrl, settle: 5_000, signal };
  expect((await checker.run(request)).ok).toBe(true);
  const flapping = checkerOn([404, 200, 404, 200]);
  expect((await flapping.checker.run(request)).ok).toBe(false);
});

test('forgives a new address only so long', async () => {
  const { checker, asked } = checkerOn([404]);
  const result = await checker.run({ checks: [check()], baseUrl, settle: 3_000, signal });
  expect(result.ok).toBe(false);
  expect(asked).toHaveLength(4);
});

test('stops with the signal’s own reason', async () => {
  const controller = new AbortController();
  const { checker, asked } = checkerOn([200]);
  controller.abort(new Error('lost its lease'));
  await expect(checker.run({ checks: [check()], baseUrl, signal: controller.signal })).rejects.toThrow(
    'lost its lease',
  );
  expect(asked).toEqual([]);
});

const chat = JSON.stringify({ status: 'ok', reply: '早安，'.repeat(5), items: [{ name: 'a' }], none: null });

test.each([
  [{ contains: 'ok' }],
  [{ minLength: 60 }],
  [{ json: { status: 'ok', 'items.0.name': 'a', none: null } }],
  [
    {
      json: { reply: { minLength: 15, contains: '早安' }, items: { minLength: 1 }, error: { exists: false } },
    },
  ],
])('an answer as expected passes: %j', async (expected) => {
  const result = await checkerOn([chat]).checker.run({ checks: [check(expected)], baseUrl, signal });
  expect(result).toEqual({ ok: true, detail: 'GET /health answered 200 as expected' });
});

test.each([
  [{ contains: 'lingzhi_earned' }, 'GET /health answered 200 without “lingzhi_earned”'],
  [{ minLength: 1000 }, 'GET /health answered 200 with 76 characters (wanted at least 1000)'],
  [{ json: { status: 'well' } }, 'GET /health answered 200 where status is "ok" (wanted "well")'],
  [{ json: { 'items.1.name': 'b' } }, 'GET /health answered 200 where items.1.name is missing (wanted "b")'],
  [{ json: { 'items.length': { exists: true } } }, 'GET /health answered 200 without items.length'],
  [{ json: { 'a.b': { exists: true } } }, 'GET /health answered 200 without a.b'],
  [
    { json: { reply: { minLength: 16 } } },
    'GET /health answered 200 where reply has a length of 15 (wanted at least 16)',
  ],
  [
    { json: { status: { contains: 'fine' } } },
    'GET /health answered 200 where status is "ok" (wanted it to contain “fine”)',
  ],
  [{ json: { status: { exists: false } } }, 'GET /health answered 200 where status is "ok" (wanted none)'],
])('an answer that says something else fails: %j', async (expected, detail) => {
  const result = await checkerOn([chat]).checker.run({ checks: [check(expected)], baseUrl, signal });
  expect(result).toEqual({ ok: false, detail });
});

test('an answer that is no JSON fails where JSON is wanted', async () => {
  const { checker } = checkerOn(['<html>']);
  const result = await checker.run({ checks: [check({ json: { a: 1 } })], baseUrl, signal });
  expect(result.detail).toBe('GET /health answered 200 with something that is no JSON');
});

test('sends what is to be sent as JSON', async () => {
  const { checker, asked } = checkerOn([200]);
  const result = await checker.run({ checks: [check({ post: { message: '你好' } })], baseUrl, signal });
  expect(asked[1]).toBe('POST {"message":"你好"}');
  expect(result.detail).toBe('POST /health answered 200');
});

test('a check survives being stored with its step', () => {
  const whole = check({
    post: { a: [1] },
    contains: 'x',
    minLength: 2,
    json: { a: { minLength: 1 }, b: null },
  });
  expect(storedHttpChecks.parse([storeHttpCheck(whole)])).toEqual([whole]);
  expect(storeHttpCheck(check())).toEqual(check());
});
