import { expect, test } from 'vitest';
import { createRegistrySource } from '../../../../integrations/registry/artifact-source.ts';
import type { RegistryCredentials } from '../../../../integrations/registry/credentials.ts';
import { DIGEST, MANIFEST, sendManifest, startRegistry } from './registry-double.ts';

const IMAGE = 'registry.example.com/team/api';
const ACCOUNT: RegistryCredentials = { username: 'ana', password: 'pw' };

/** A registry whose answers are given by address; it remembers who asked it with what. */
function answering(answers: Readonly<Record<string, () => Response>>) {
  const asked: { readonly url: string; readonly authorization: string | null }[] = [];
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = String(input);
    asked.push({ url, authorization: new Headers(init?.headers).get('authorization') });
    return answers[url.split('?')[0] ?? '']?.() ?? new Response(null, { status: 404 });
  };
  return { asked, fetch };
}

const manifest = () => new Response(MANIFEST, { headers: { 'docker-content-digest': DIGEST } });
const redirect = (location: string) => () => new Response(null, { status: 307, headers: { location } });
const challenge = (realm: string) => () =>
  new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
const FIRST = 'https://registry.example.com/v2/team/api/manifests/v1';

test.each([
  'http://169.254.169.254/latest/meta-data',
  'http://127.0.0.1:5432/',
  'https://localhost/admin',
  'file:///etc/passwd',
  'http://registry.example.com/',
])('a registry cannot send the bot to %s', async (location) => {
  const { fetch, asked } = answering({ [FIRST]: redirect(location) });
  const source = createRegistrySource({ image: IMAGE, fetch, credentials: async () => null });
  await expect(source.resolve('v1')).rejects.toMatchObject({ problem: 'invalid' });
  expect(asked).toHaveLength(1);
});

test('a registry may redirect to another one with TLS, which is not shown who we are', async () => {
  const { fetch, asked } = answering({
    [FIRST]: redirect('https://mirror.example.org/x'),
    'https://mirror.example.org/x': manifest,
  });
  const signedIn = (url: string | URL | Request, init?: RequestInit) =>
    fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)) } });
  const source = createRegistrySource({ image: IMAGE, fetch: signedIn, credentials: async () => ACCOUNT });
  expect(await source.resolve('v1')).toMatchObject({ digest: DIGEST });
  expect(asked.at(-1)).toEqual({ url: 'https://mirror.example.org/x', authorization: null });
});

test('a registry that redirects in circles is given up', async () => {
  const { fetch, asked } = answering({ [FIRST]: redirect(FIRST) });
  const source = createRegistrySource({ image: IMAGE, fetch, credentials: async () => null });
  await expect(source.resolve('v1')).rejects.toThrow('redirects more than 3 times');
  expect(asked).toHaveLength(4);
});

test.each([
  'https://evil.example.org/token',
  'https://notexample.com/token',
  'https://example.com.evil.org/token',
])('a registry cannot have its password shown to %s', async (realm) => {
  const { fetch, asked } = answering({ [FIRST]: challenge(realm) });
  const source = createRegistrySource({ image: IMAGE, fetch, credentials: async () => ACCOUNT });
  await expect(source.resolve('v1')).rejects.toThrow('under another domain');
  expect(asked.map(({ authorization }) => authorization)).toEqual([null]);
});

test.each([
  ['https://registry.example.com/token', {}],
  ['https://auth.example.com/token', {}],
  ['https://example.com/token', {}],
  ['https://sign-in.example.org/token', { tokenService: 'sign-in.example.org' }],
])('the token service %s is shown the password', async (realm, more) => {
  const { fetch, asked } = answering({
    [FIRST]: challenge(realm),
    [realm]: () => Response.json({ token: 't' }),
  });
  const source = createRegistrySource({
    image: IMAGE,
    fetch,
    credentials: async () => ({ ...ACCOUNT, ...more }),
  });
  await expect(source.resolve('v1')).rejects.toMatchObject({ problem: 'permission' });
  expect(asked.map(({ url, authorization }) => [url.split('?')[0], authorization?.slice(0, 6)])).toEqual([
    [FIRST, undefined],
    [realm, 'Basic '],
    [FIRST, 'Bearer'],
  ]);
});

test('a registry elsewhere cannot have the bot sign in at something on its own machine', async () => {
  const { fetch, asked } = answering({ [FIRST]: challenge('http://127.0.0.1:8080/token') });
  const source = createRegistrySource({ image: IMAGE, fetch, credentials: async () => null });
  await expect(source.resolve('v1')).rejects.toMatchObject({ problem: 'invalid' });
  expect(asked).toHaveLength(1);
});

test('an answer without end is given up, and told as trouble of the registry', async () => {
  const registry = await startRegistry(({ method }, response) => {
    if (method === 'HEAD') return sendManifest(response, null);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const more = (): void => void response.write(chunk, () => setImmediate(more));
    response.writeHead(200);
    more();
    response.on('close', () => response.destroy());
  });
  const before = process.memoryUsage().arrayBuffers;
  await expect(createRegistrySource({ image: registry.image }).resolve('v1')).rejects.toMatchObject({
    problem: 'unavailable',
    message: expect.stringContaining('larger than'),
  });
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
});
