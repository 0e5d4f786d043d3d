import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createRegistrySource } from '../../../../integrations/registry/artifact-source.ts';
import { DIGEST, MANIFEST, sendJson, sendManifest, startRegistry } from './registry-double.ts';

test('asks for the digest of a tag by HEAD, in all four media types', async () => {
  const registry = await startRegistry((_request, response) => sendManifest(response));
  const artifact = await createRegistrySource({ image: registry.image }).resolve('v1.2.0');
  expect(artifact).toEqual({ version: 'v1.2.0', digest: DIGEST, reference: `${registry.image}@${DIGEST}` });
  expect(registry.requests).toMatchObject([{ method: 'HEAD', path: '/v2/team/api/manifests/v1.2.0' }]);
  expect(registry.requests[0]?.accept.split(', ')).toHaveLength(4);
});

test('hashes the manifest where the registry does not say its digest', async () => {
  const registry = await startRegistry((_request, response) => sendManifest(response, null));
  const artifact = await createRegistrySource({ image: registry.image }).resolve('v1.2.0');
  expect(artifact?.digest).toBe(DIGEST);
});

test('does not believe a digest that the manifest does not have', async () => {
  const registry = await startRegistry(({ method }, response) =>
    sendManifest(response, method === 'HEAD' ? null : `sha256:${'0'.repeat(64)}`),
  );
  const asked = createRegistrySource({ image: registry.image }).resolve('v1.2.0');
  await expect(asked).rejects.toMatchObject({ problem: 'invalid' });
});

test('a digest is found under itself, and nothing else under it', async () => {
  const registry = await startRegistry((_request, response) => sendManifest(response));
  const source = createRegistrySource({ image: registry.image });
  expect((await source.resolve(DIGEST))?.digest).toBe(DIGEST);
  await expect(source.resolve(`sha256:${'1'.repeat(64)}`)).rejects.toMatchObject({ problem: 'invalid' });
});

test('what cannot be a tag is never asked for', async () => {
  const registry = await startRegistry((_request, response) => sendManifest(response));
  const source = createRegistrySource({ image: registry.image });
  for (const hostile of ['../../other/manifests/x', 'a b', '', '-x', 'v1?x=1', 'a'.repeat(129)]) {
    expect(await source.resolve(hostile)).toBeNull();
  }
  expect(registry.requests).toEqual([]);
});

test('an unknown tag is null; an unknown repository is a fault of the config', async () => {
  const registry = await startRegistry((_request, response) => response.writeHead(404).end());
  const source = createRegistrySource({ image: registry.image });
  expect(await source.resolve('v9')).toBeNull();
  await expect(source.versions(5)).rejects.toMatchObject({
    problem: 'not-found',
    message: expect.stringContaining('no repository team/api'),
  });
});

test('lists tags over all pages, newest first', async () => {
  const registry = await startRegistry(({ path }, response) =>
    path.includes('last=')
      ? sendJson(response, { tags: ['v1.1.0'] })
      : sendJson(
          response,
          { tags: ['v1.0.0'] },
          { link: '</v2/team/api/tags/list?last=v1.0.0&n=1>; rel="next"' },
        ),
  );
  const source = createRegistrySource({ image: registry.image });
  expect(await source.versions(5)).toEqual(['v1.1.0', 'v1.0.0']);
  expect(await source.versions(1)).toEqual(['v1.1.0']);
});

test('does not follow a list to another host', async () => {
  const registry = await startRegistry((_request, response) =>
    sendJson(response, { tags: [] }, { link: '<http://other.example/v2/x>; rel="next"' }),
  );
  const asked = createRegistrySource({ image: registry.image }).versions(5);
  await expect(asked).rejects.toMatchObject({
    problem: 'invalid',
    message: expect.stringContaining('other.example'),
  });
});

test('a repository without tags has no versions', async () => {
  const registry = await startRegistry((_request, response) => sendJson(response, { tags: null }));
  expect(await createRegistrySource({ image: registry.image }).versions(5)).toEqual([]);
});

test('knows the tags of a digest, asks once for many at a time, and again when that is old', async () => {
  let now = 0;
  const registry = await startRegistry(({ path }, response) =>
    path.includes('/tags/') ? sendJson(response, { tags: ['v1.0.0', 'latest'] }) : sendManifest(response),
  );
  const source = createRegistrySource({ image: registry.image, now: () => now });
  const many = await Promise.all([source.versionsOf(DIGEST), source.versionsOf(DIGEST)]);
  expect(many).toEqual([
    ['v1.0.0', 'latest'],
    ['v1.0.0', 'latest'],
  ]);
  expect(registry.requests).toHaveLength(3);
  now += 61_000;
  await source.versionsOf(DIGEST);
  expect(registry.requests).toHaveLength(6);
});

test('signs in with the token service that the registry names, once for many requests', async () => {
  const registry = await startRegistry((request, response) => {
    if (request.path.startsWith('/token')) return sendJson(response, { token: 'secret', expires_in: 300 });
    if (request.authorization === 'Bearer secret') return sendManifest(response);
    const realm = `http://${registry.host}/token`;
    const challenge = `Bearer realm="${realm}",service="registry",scope="repository:team/api:pull"`;
    response.writeHead(401, { 'www-authenticate': challenge }).end();
  });
  const source = createRegistrySource({
    image: registry.image,
    credentials: async () => ({ username: 'ana', password: 'pw' }),
  });
  await source.resolve('v1');
  await source.resolve('v2');
  const basic = `Basic ${Buffer.from('ana:pw').toString('base64')}`;
  expect(registry.requests.map(({ path, authorization }) => [path.split('?')[0], authorization])).toEqual([
    ['/v2/team/api/manifests/v1', null],
    ['/token', basic],
    ['/v2/team/api/manifests/v1', 'Bearer secret'],
    ['/v2/team/api/manifests/v2', 'Bearer secret'],
  ]);
  expect(registry.requests[1]?.path).toContain('scope=repository%3Ateam%2Fapi%3Apull');
});

test('never shows a password to a token service without TLS on another host', async () => {
  const registry = await startRegistry((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://auth.example/token"' }).end();
  });
  const asked = createRegistrySource({
    image: registry.image,
    credentials: async () => ({ username: 'ana', password: 'pw' }),
  }).resolve('v1');
  await expect(asked).rejects.toMatchObject({
    problem: 'invalid',
    message: expect.stringContaining('without TLS'),
  });
});

test.each([
  [401, 'permission'],
  [403, 'permission'],
  [429, 'quota'],
  [500, 'unavailable'],
  [503, 'unavailable'],
  [418, 'invalid'],
])('%i is told as %s, with the host', async (status, problem) => {
  const registry = await startRegistry((_request, response) => response.writeHead(status).end());
  const asked = createRegistrySource({ image: registry.image }).resolve('v1');
  await expect(asked).rejects.toMatchObject({ problem, message: expect.stringContaining(registry.host) });
});

test('a registry that is not there, or cuts the connection, is unavailable', async () => {
  const registry = await startRegistry((_request, response) => response.destroy());
  await expect(createRegistrySource({ image: registry.image }).resolve('v1')).rejects.toMatchObject({
    problem: 'unavailable',
    retry: 'retryable',
    message: expect.stringContaining('closed the connection'),
  });
  const refused = async () => {
    throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
  };
  const nobody = createRegistrySource({ image: 'registry.example/api', fetch: refused });
  await expect(nobody.resolve('v1')).rejects.toMatchObject({
    message: expect.stringContaining('registry.example refused the connection'),
  });
});

test('a registry that does not answer in time says so', async () => {
  const timedOut = async () => {
    throw new DOMException('timed out', 'TimeoutError');
  };
  const asked = createRegistrySource({ image: 'registry.example/api', fetch: timedOut }).resolve('v1');
  await expect(asked).rejects.toMatchObject({ problem: 'timeout', retry: 'retryable' });
});

test('speaks plain HTTP to loopback hosts only', async () => {
  const asked: string[] = [];
  const fetch = async (url: string | URL | Request) => {
    asked.push(new URL(String(url)).origin);
    return new Response(MANIFEST, { headers: { 'docker-content-digest': DIGEST } });
  };
  const images = [
    'localhost:5000/api',
    '127.0.0.1:5000/api',
    'registry.example/api',
    '10.0.0.1:5000/api',
    'localhost.example/api',
  ];
  for (const image of images) await createRegistrySource({ image, fetch }).resolve('v1');
  expect(asked).toEqual([
    'http://localhost:5000',
    'http://127.0.0.1:5000',
    'https://registry.example',
    'https://10.0.0.1:5000',
    'https://localhost.example',
  ]);
});

test('an image that does not say its registry is refused', () => {
  expect(() => createRegistrySource({ image: 'team/api' })).toThrow(/which registry/);
});

test('names the images for each platform in an index, and none for what is no index', async () => {
  const platforms = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`);
  const index = JSON.stringify({ manifests: platforms.map((digest) => ({ digest, platform: {} })) });
  const digest = `sha256:${createHash('sha256').update(index).digest('hex')}` as const;
  const registry = await startRegistry(({ path }, response) => {
    if (path.endsWith(digest)) response.writeHead(200).end(index);
    else if (path.endsWith(DIGEST)) sendManifest(response);
    else response.writeHead(path.endsWith('0'.repeat(64)) ? 404 : 200).end(index);
  });
  const source = createRegistrySource({ image: registry.image });
  expect(await source.manifestsOf(digest)).toEqual(platforms);
  expect(await source.manifestsOf(DIGEST)).toEqual([]);
  expect(await source.manifestsOf(`sha256:${'0'.repeat(64)}`)).toEqual([]);
  const forged = source.manifestsOf(`sha256:${'1'.repeat(64)}`);
  await expect(forged).rejects.toMatchObject({ problem: 'invalid' });
});
