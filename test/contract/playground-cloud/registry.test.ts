import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startCloud } from './demo.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const accept = { headers: { accept: manifestType } };

const manifestSchema = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.tuple([z.object({ digest: z.string(), size: z.number() })]),
});
const configSchema = z.object({ config: z.object({ Labels: z.record(z.string(), z.string()) }) });
const tagsSchema = z.object({ tags: z.array(z.string()) });
const tokenSchema = z.object({ token: z.string() });
const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string() })) });

async function read<Schema extends z.ZodType>(response: Response, schema: Schema): Promise<z.infer<Schema>> {
  return schema.parse(await response.json());
}

async function errorCode(response: Response): Promise<unknown> {
  return (await read(response, errorsSchema)).errors;
}

describe('the registry', () => {
  test('resolves a tag to the digest of the bytes of its manifest', async () => {
    const { registryUrl } = await startCloud();
    const url = `${registryUrl}/v2/demo/api/manifests/v1.1.0`;
    const head = await fetch(url, { method: 'HEAD', ...accept });
    const digest = head.headers.get('docker-content-digest') ?? '';
    const get = await fetch(url, accept);
    const bytes = Buffer.from(await get.arrayBuffer());

    expect(get.headers.get('content-type')).toBe(manifestType);
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    expect(digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    const byDigest = await fetch(`${registryUrl}/v2/demo/api/manifests/${digest}`, accept);
    expect(Buffer.from(await byDigest.arrayBuffer())).toEqual(bytes);
  });

  test('serves the config, whose labels say the version, and the layer', async () => {
    const { registryUrl } = await startCloud();
    const response = await fetch(`${registryUrl}/v2/demo/api/manifests/v1.4.0-flaky`, accept);
    const manifest = await read(response, manifestSchema);
    const config = await fetch(`${registryUrl}/v2/demo/api/blobs/${manifest.config.digest}`);
    expect((await read(config, configSchema)).config.Labels).toMatchObject({
      'org.opencontainers.image.version': 'v1.4.0-flaky',
    });
    const layer = await fetch(`${registryUrl}/v2/demo/api/blobs/${manifest.layers[0].digest}`);
    expect((await layer.arrayBuffer()).byteLength).toBe(manifest.layers[0].size);
  });

  test('lists tags by pages, with a link to the next one', async () => {
    const { registryUrl } = await startCloud();
    const seen: string[] = [];
    let path: string | undefined = '/v2/demo/api/tags/list?n=4';
    while (path !== undefined) {
      const response: Response = await fetch(`${registryUrl}${path}`);
      seen.push(...(await read(response, tagsSchema)).tags);
      path = /^<(.+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(['v1.0.0', 'v1.1.0', 'v1.2.0', 'v1.3.0-broken', 'v1.4.0-flaky', 'v1.5.0-slow']);
  });

  test.each([
    ['/v2/demo/api/manifests/v9.9.9', 'MANIFEST_UNKNOWN'],
    ['/v2/demo/nothing/manifests/v1.0.0', 'NAME_UNKNOWN'],
    ['/v2/demo/nothing/tags/list', 'NAME_UNKNOWN'],
    [`/v2/demo/api/blobs/sha256:${'0'.repeat(64)}`, 'BLOB_UNKNOWN'],
  ])('answers %s with %s', async (path, code) => {
    const { registryUrl } = await startCloud();
    const response = await fetch(`${registryUrl}${path}`, accept);
    expect(response.status).toBe(404);
    expect(await errorCode(response)).toMatchObject([{ code }]);
  });

  test.each(['abc', '-1', '1.5'])('refuses a page of %s tags', async (n) => {
    const { registryUrl } = await startCloud();
    const response = await fetch(`${registryUrl}/v2/demo/api/tags/list?n=${n}`);
    expect(response.status).toBe(400);
    expect(await errorCode(response)).toMatchObject([{ code: 'PAGINATION_NUMBER_INVALID' }]);
  });

  test('does not give an OCI manifest to who does not accept one', async () => {
    const { registryUrl } = await startCloud();
    const headers = { accept: 'application/vnd.docker.distribution.manifest.v2+json' };
    const response = await fetch(`${registryUrl}/v2/demo/api/manifests/v1.0.0`, { headers });
    expect(response.status).toBe(404);
    expect(await errorCode(response)).toMatchObject([{ code: 'MANIFEST_UNKNOWN' }]);
  });

  test('takes no pushes', async () => {
    const { registryUrl } = await startCloud();
    const response = await fetch(`${registryUrl}/v2/demo/api/blobs/uploads/`, { method: 'POST' });
    expect(response.status).toBe(405);
  });

  test('asks for a token, when it is told to, and says where to get one', async () => {
    const { registryUrl, levers } = await startCloud();
    levers.registry = { down: false, delayMs: 0, requireToken: true };
    const url = `${registryUrl}/v2/demo/api/manifests/v1.0.0`;
    const refused = await fetch(url, accept);
    expect(refused.status).toBe(401);
    expect(await errorCode(refused)).toMatchObject([{ code: 'UNAUTHORIZED' }]);
    const challenge = /realm="(.+)",service="(.+)",scope="(.+)"/.exec(
      refused.headers.get('www-authenticate') ?? '',
    );
    const [, realm = '', service = '', scope = ''] = challenge ?? [];
    expect(scope).toBe('repository:demo/api:pull');

    const granted = await fetch(`${realm}?${new URLSearchParams({ service, scope })}`);
    const { token } = await read(granted, tokenSchema);
    const authorization = `Bearer ${token}`;
    const headers = { ...accept.headers, authorization };
    expect((await fetch(url, { headers })).status).toBe(200);
    const other = await fetch(`${registryUrl}/v2/demo/frontend/manifests/v1.0.0`, { headers });
    expect(other.status).toBe(401);
  });

  test('moves a tag to another image', async () => {
    const cloud = await startCloud();
    expect(cloud.moveTag({ repository: 'demo/api', tag: 'v1.1.0', to: 'v1.2.0' })).toBe(true);
    expect(cloud.moveTag({ repository: 'demo/api', tag: 'v1.1.0', to: 'v9.9.9' })).toBe(false);
    const digest = async (tag: string) =>
      (await fetch(`${cloud.registryUrl}/v2/demo/api/manifests/${tag}`, accept)).headers.get(
        'docker-content-digest',
      );
    expect(await digest('v1.1.0')).toBe(await digest('v1.2.0'));
  });

  test('cuts connections while it is down', async () => {
    const { registryUrl, levers } = await startCloud();
    levers.registry = { down: true, delayMs: 0, requireToken: false };
    await expect(fetch(`${registryUrl}/v2/`)).rejects.toThrow();
    levers.registry = { down: false, delayMs: 0, requireToken: false };
    expect((await fetch(`${registryUrl}/v2/`)).status).toBe(200);
  });
});
