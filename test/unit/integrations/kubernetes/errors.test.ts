import { expect, test } from 'vitest';
import { classifyAnswer, classifyFailure } from '../../../../integrations/kubernetes/errors.ts';
import {
  DEPLOYMENTS,
  PODS,
  pathOf,
  VIRTUAL_SERVICES,
} from '../../../../integrations/kubernetes/resources.ts';

const place = { resource: DEPLOYMENTS, namespace: 'shop', name: 'api' };
const patch = { verb: 'patch', place };
const status = (message: string) => JSON.stringify({ kind: 'Status', message });

test.each([
  [400, 'invalid', 'terminal'],
  [401, 'permission', 'terminal'],
  [403, 'permission', 'terminal'],
  [404, 'not-found', 'terminal'],
  [409, 'conflict', 'terminal'],
  [422, 'invalid', 'terminal'],
  [429, 'quota', 'retryable'],
  [500, 'unavailable', 'retryable'],
  [503, 'unavailable', 'retryable'],
  [504, 'timeout', 'retryable'],
])('classifies %i as %s', (code, problem, retry) => {
  expect(classifyAnswer(code, status('no'), patch)).toMatchObject({ problem, retry });
});

test('a forbidden call names the verb, the resource and the namespace that the role lacks', () => {
  const message =
    'deployments.apps "api" is forbidden: User "system:serviceaccount:slipway:bot" cannot patch resource "deployments" in API group "apps" in the namespace "shop"';
  expect(classifyAnswer(403, status(message), patch).message).toContain(
    'patch deployments.apps in namespace shop',
  );
  const log = {
    verb: 'get',
    place: { resource: PODS, namespace: 'shop', name: 'api-1', subresource: 'log' },
  };
  const podLog = 'pods "api-1" is forbidden: User "x" cannot get resource "pods/log" in API group ""';
  expect(classifyAnswer(403, status(podLog), log).message).toContain('get pods/log in namespace shop');
});

test('what admission forbids is not blamed on the role', () => {
  const { message } = classifyAnswer(403, status('exceeded quota: compute, requested: pods=1'), patch);
  expect(message).toContain('exceeded quota');
  expect(message).not.toContain('role');
});

test.each([
  '404 page not found\n',
  status('the server could not find the requested resource'),
])('a kind that nobody has defined is told as that, and not as an object that is missing: %s', (body) => {
  const route = { resource: VIRTUAL_SERVICES, namespace: 'shop', name: 'api' };
  const { message, problem } = classifyAnswer(404, body, { verb: 'get', place: route });
  expect(problem).toBe('not-found');
  expect(message).toContain(
    'does not know the kind VirtualService (virtualservices, networking.istio.io/v1)',
  );
  expect(message).not.toContain('deleted');
});

test('an object that is missing is told as that', () => {
  const { message } = classifyAnswer(404, status('deployments.apps "api" not found'), patch);
  expect(message).toContain('There is no such thing as the Deployment api in shop');
});

test('an answer that is no Status is told by its code', () => {
  expect(classifyAnswer(502, '<html>', patch).message).toContain('it answered 502');
});

test('a server that cannot be reached is named, and worth trying again', () => {
  const failure = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
  const error = classifyFailure(failure, patch, 'https://10.0.0.1:6443');
  expect(error).toMatchObject({ problem: 'unavailable', retry: 'retryable' });
  expect(error.message).toContain('10.0.0.1:6443 refused the connection');
});

test('names are parts of a path, never more', () => {
  expect(pathOf({ ...place, name: '../secrets?x' })).toBe(
    '/apis/apps/v1/namespaces/shop/deployments/..%2Fsecrets%3Fx',
  );
});
