import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectKubernetes } from '../../../../integrations/kubernetes/client.ts';

/** A kubeconfig of two contexts, whose cluster is on this machine. */
function kubeconfigFor(port: number, user: object = { token: 'tell-me' }): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'slipway-kubeconfig-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'config');
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  writeFileSync(
    file,
    JSON.stringify({
      'current-context': 'staging',
      clusters: [{ name: 'here', cluster }],
      users: [{ name: 'bot', user }],
      contexts: ['staging', 'production'].map((name) => ({
        name,
        context: { cluster: 'here', user: 'bot' },
      })),
    }),
  );
  return file;
}

async function serverThatAnswers(body: string, status = 200) {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, seen };
}

test('signs in as the kubeconfig says', async () => {
  const { port, seen } = await serverThatAnswers('{"gitVersion":"v1.36.3"}');
  const api = connectKubernetes({ kubeconfig: kubeconfigFor(port) });
  expect(await api.version()).toBe('v1.36.3');
  expect(seen).toEqual(['Bearer tell-me']);
  await api.close();
});

test('a context that is not there is refused with those that are', async () => {
  const asked = connectKubernetes({ kubeconfig: kubeconfigFor(1), context: 'prod' }).version();
  await expect(asked).rejects.toMatchObject({
    problem: 'invalid',
    message: expect.stringContaining('has no context prod. It has: staging, production.'),
  });
});

test('a kubeconfig that cannot be read is named, and read again once it is there', async () => {
  const { port } = await serverThatAnswers('{"gitVersion":"v1.36.3"}');
  const file = kubeconfigFor(port);
  const later = `${file}-later`;
  const api = connectKubernetes({ kubeconfig: later });
  await expect(api.version()).rejects.toMatchObject({
    problem: 'invalid',
    message: expect.stringContaining(later),
  });
  copyFileSync(file, later);
  expect(await api.version()).toBe('v1.36.3');
  await api.close();
});

test('without a kubeconfig, outside of a cluster, says what is missing', async () => {
  await expect(connectKubernetes({}).version()).rejects.toMatchObject({
    problem: 'invalid',
    message: expect.stringContaining('does not run in a Kubernetes cluster'),
  });
});

test('a sign-in program that fails is a matter of identity, told in its words', async () => {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'sh',
    args: ['-c', 'echo expired >&2; exit 1'],
  };
  const asked = connectKubernetes({ kubeconfig: kubeconfigFor(1, { exec }) }).version();
  await expect(asked).rejects.toMatchObject({
    problem: 'permission',
    message: expect.stringContaining('expired'),
  });
});

test.each([
  '{"hello":"world"}',
  '<html>',
])('what is no answer of a Kubernetes API is told: %s', async (body) => {
  const { port } = await serverThatAnswers(body);
  const api = connectKubernetes({ kubeconfig: kubeconfigFor(port) });
  await expect(api.version()).rejects.toMatchObject({ problem: 'invalid' });
  await api.close();
});
