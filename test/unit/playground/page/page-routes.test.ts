import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageRoutes } from '../../../../src/playground/page-routes.ts';

let server: Server;
let origin = '';

beforeAll(async () => {
  server = createServer(express().use(pageRoutes())).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** The status of a path that is sent as written, without the normalization that URL and fetch do. */
async function statusOf(path: string): Promise<number | undefined> {
  const [response] = await once(request(origin, { path }).end(), 'response');
  response.resume();
  return response.statusCode;
}

describe('the document', () => {
  test('allows scripts of its own origin, its import map and what opens it again, by hash', async () => {
    const response = await fetch(origin);
    const html = await response.text();
    const inline = [...html.matchAll(/<script(?: type="importmap")?>(.*?)<\/script>/gs)];
    const hashes = inline.map(([, script]) => createHash('sha256').update(`${script}`).digest('base64'));
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(hashes).toHaveLength(2);
    expect(policy).toContain(`script-src 'self' 'sha256-${hashes[0]}' 'sha256-${hashes[1]}';`);
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  test('has no inline style, handler or foreign address', async () => {
    const html = await (await fetch(origin)).text();
    expect(html).not.toMatch(/\son\w+=|<style|style=|https?:/);
  });
});

describe('modules', () => {
  const specifiers = (source: string): string[] =>
    [...source.matchAll(/(?:^|[\s;}])(?:import|export)[^'"();=]*?['"]([^'"]+)['"]/g)].map(
      ([, name]) => name ?? '',
    );

  /** Everything that the page loads, beginning with its entry, as a browser would follow it. */
  async function loadAll(): Promise<Map<string, Response>> {
    const html = await (await fetch(origin)).text();
    const { imports } = JSON.parse(/<script type="importmap">(.*?)<\/script>/.exec(html)?.[1] ?? '{}');
    const loaded = new Map<string, Response>();
    const pending = ['/page/main.ts'];
    for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
      if (loaded.has(path)) continue;
      const response = await fetch(`${origin}${path}`);
      loaded.set(path, response);
      for (const name of specifiers(await response.text())) {
        pending.push(
          name.startsWith('.') ? new URL(name, `${origin}${path}`).pathname : String(imports[name]),
        );
      }
    }
    return loaded;
  }

  test('are all there, as JavaScript', async () => {
    const loaded = await loadAll();
    expect(loaded.size).toBeGreaterThan(40);
    expect([...loaded.keys()]).toContain('/vendor/preact/hooks.js');
    for (const [path, { status, headers }] of loaded) {
      expect([path, status, headers.get('content-type')]).toEqual([
        path,
        200,
        'text/javascript; charset=utf-8',
      ]);
    }
  });

  test('come without types', async () => {
    const source = await (await fetch(`${origin}/page/json.ts`)).text();
    expect(source).not.toContain('unknown)');
    expect(source).toContain('export function record');
  });
});

test('styles and the icon have their types', async () => {
  const types = await Promise.all(
    ['/page/styles/0-tokens.css', '/page/favicon.svg'].map(async (path) => {
      const response = await fetch(`${origin}${path}`);
      return response.headers.get('content-type');
    }),
  );
  expect(types).toEqual(['text/css; charset=utf-8', 'image/svg+xml; charset=utf-8']);
});

test.each([
  '/page/tsconfig.json',
  '/page/../page-routes.ts',
  '/page/..%2fpage-routes.ts',
  '/page/%2e%2e/page-routes.ts',
  '/page/..\\page-routes.ts',
  '/page//etc/passwd',
  '/page/',
  '/page/styles',
  '/vendor/express.js',
  '/vendor/../package.json',
  '/vendor/__proto__.js',
  '/vendor/constructor',
])('%s is not served', async (path) => {
  expect(await statusOf(path)).toBe(404);
});
