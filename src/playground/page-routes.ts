/** @module Serves the playground's page: its TypeScript as JavaScript, its styles, and the libraries it uses. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Response, Router } from 'express';

const PAGE = fileURLToPath(new URL('./page/', import.meta.url));
/** The script that stands in the document instead of being loaded. */
const OPENING = 'opening.ts';

/** What the page imports by name, and the file that each name stands for. */
const LIBRARIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    preact: import.meta.resolve('preact'),
    'preact/hooks': import.meta.resolve('preact/hooks'),
    htm: import.meta.resolve('htm'),
    'htm/preact': import.meta.resolve('htm/preact'),
    marked: import.meta.resolve('marked'),
  }),
);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.ts': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** Serves `/`, `/page/*` and `/vendor/*`. Browsers ask again every time, since a reload has to show an edited file. */
export function pageRoutes(): Router {
  const router = Router();
  const files = pageFiles();
  const { html, headers } = indexDocument(files);
  router.get('/', (_request, response) => {
    response.set(headers).type('html').send(html);
  });
  router.get('/page/*path', async (request, response) => {
    const path = request.params.path.join('/');
    if (files.includes(path)) await sendPageFile(path, response);
    else response.sendStatus(404);
  });
  router.get('/vendor/*name', async (request, response) => {
    const address = LIBRARIES.get(request.params.name.join('/').replace(/\.js$/, ''));
    if (address === undefined) response.sendStatus(404);
    else await sendSource(await readFile(fileURLToPath(address)), '.ts', response);
  });
  return router;
}

/** The files that may be served, as paths with `/` below `page/`. */
function pageFiles(): readonly string[] {
  return readdirSync(PAGE, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => extname(path) in CONTENT_TYPES)
    .toSorted();
}

async function sendPageFile(path: string, response: Response): Promise<void> {
  const source = await readFile(join(PAGE, path), 'utf8');
  const type = extname(path);
  await sendSource(type === '.ts' ? stripped(source) : source, type, response);
}

const javaScript = new Map<string, string>();

/** Kept by source, since stripping takes longer than all the rest and a file seldom changes. */
function stripped(source: string): string {
  const known = javaScript.get(source) ?? stripTypeScriptTypes(source);
  javaScript.set(source, known);
  return known;
}

async function sendSource(source: string | Buffer, type: string, response: Response): Promise<void> {
  response
    .set({
      'content-type': CONTENT_TYPES[type],
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    })
    .send(source);
}

interface IndexDocument {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

function indexDocument(files: readonly string[]): IndexDocument {
  const imports = Object.fromEntries([...LIBRARIES.keys()].map((name) => [name, `/vendor/${name}.js`]));
  const importMap = JSON.stringify({ imports });
  const opening = stripped(readFileSync(join(PAGE, OPENING), 'utf8'));
  const scripts = [
    ...Object.values(imports),
    ...files.filter((path) => path.endsWith('.ts') && path !== OPENING).map((path) => `/page/${path}`),
  ];
  const styles = files.filter((path) => path.endsWith('.css'));
  return {
    html: renderDocument({ importMap, opening, scripts, styles }),
    headers: documentHeaders([opening, importMap]),
  };
}

interface DocumentParts {
  readonly importMap: string;
  readonly opening: string;
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

/** All modules are named up front, so that the browser need not find them one import after another. */
function renderDocument({ importMap, opening, scripts, styles }: DocumentParts): string {
  return `<!doctype html>
<html lang="en" data-theme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Slipway playground</title>
<script>${opening}</script>
<link rel="icon" href="/page/favicon.svg" type="image/svg+xml">
${styles.map((path) => `<link rel="stylesheet" href="/page/${path}">`).join('\n')}
<script type="importmap">${importMap}</script>
${scripts.map((path) => `<link rel="modulepreload" href="${path}">`).join('\n')}
<script type="module" src="/page/main.ts"></script>
</head>
<body>
<div id="root"><p class="opening">Opening the playground…</p></div>
<noscript>The playground needs JavaScript.</noscript>
</body>
</html>
`;
}

/** Nothing comes from elsewhere, nothing in the document runs but these scripts, and no string can become markup. */
function documentHeaders(scripts: readonly string[]): Readonly<Record<string, string>> {
  const hashes = scripts.map((script) => createHash('sha256').update(script).digest('base64'));
  const policy = [
    `default-src 'none'`,
    `script-src 'self' ${hashes.map((hash) => `'sha256-${hash}'`).join(' ')}`,
    `style-src 'self'`,
    `img-src 'self' blob:`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ];
  return {
    'content-security-policy': policy.join('; '),
    'cache-control': 'no-cache',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}
