import { z } from 'zod';
import { TargetError } from '../../target.ts';
import type { IgnoreRules } from '../ignore.ts';
import { ARCHIVE_LIMITS, type ArchiveLimits } from './archive.ts';
import { ask, type WebSource } from './download.ts';
import { createReleaseSource, type ReleaseSource } from './source.ts';
import { createReleaseStore } from './store.ts';

/** Where archives are published, as the config says it. */
export type ArchivePlace =
  | { readonly github: string; readonly api: string; readonly root: string }
  | {
      readonly url: string;
      readonly checksum: string;
      readonly versions?: string | undefined;
      readonly root: string;
    };

export interface PlaceOptions {
  readonly place: ArchivePlace;
  readonly ignore: IgnoreRules;
  /** For GitHub, private repositories and a higher limit; null for none. */
  readonly token: string | null;
  readonly fetch?: typeof globalThis.fetch;
  readonly limits?: ArchiveLimits;
}

/** Milliseconds for one request; archives of a gigabyte come in that time too. */
const TIME_LIMIT = 300_000;
/** GitHub's largest page; tags beyond these are found by name, but not suggested. */
const PAGE = 100;

const tags = z.array(z.object({ name: z.string() }));

export function createPlace(options: PlaceOptions): ReleaseSource {
  const { place, token, fetch = globalThis.fetch } = options;
  const headers = 'github' in place ? githubHeaders(token) : {};
  const web: WebSource = { fetch, headers, timeLimit: TIME_LIMIT };
  return 'github' in place ? atGitHub(options, place, web) : atAddress(options, place, web);
}

function githubHeaders(token: string | null): Readonly<Record<string, string>> {
  return {
    accept: 'application/vnd.github+json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}

/** The archives that GitHub makes of tags. It may pack them anew at any time: only their content is stable. */
function atGitHub(
  { ignore, limits = ARCHIVE_LIMITS }: PlaceOptions,
  { github, api, root }: Extract<ArchivePlace, { github: string }>,
  web: WebSource,
): ReleaseSource {
  const repository = `${api.replace(/\/$/, '')}/repos/${github}`;
  const layout = { wrapped: true, root, ignore };
  const store = createReleaseStore({
    web,
    limits,
    address: (version) => ({
      url: `${repository}/tarball/refs/tags/${encodeURIComponent(version)}`,
      checksum: null,
      layout,
    }),
  });
  const versions = async () => {
    const answer = await ask(web, `${repository}/tags?per_page=${PAGE}`);
    const parsed = tags.safeParse(await answer?.json().catch(() => null));
    if (parsed.success) return parsed.data.map(({ name }) => name);
    throw new TargetError('not-found', `GitHub has no repository ${github}, or does not show its tags.`);
  };
  return createReleaseSource({ store, versions, name: (version) => `github.com/${github}/${version}` });
}

/** Archives under addresses of one form, each with a checksum beside it. */
function atAddress(
  { ignore, limits = ARCHIVE_LIMITS }: PlaceOptions,
  place: Extract<ArchivePlace, { url: string }>,
  web: WebSource,
): ReleaseSource {
  const filled = (text: string, version: string) => text.replaceAll('{version}', version);
  const filledUrl = (text: string, version: string) => filled(text, encodeURIComponent(version));
  const store = createReleaseStore({
    web,
    limits,
    address: (version) => ({
      url: filledUrl(place.url, version),
      checksum: filledUrl(place.checksum, version),
      layout: { wrapped: false, root: filled(place.root, version), ignore },
    }),
  });
  const { host, pathname } = new URL(filledUrl(place.url, 'VERSION'));
  return createReleaseSource({
    store,
    versions: () => (place.versions === undefined ? Promise.resolve([]) : listed(web, place.versions)),
    name: (version) => `${host}${pathname.replaceAll('VERSION', version)}`,
  });
}

/** A list of versions: one a line, or a JSON array of texts. */
async function listed(web: WebSource, url: string): Promise<readonly string[]> {
  const text = (await (await ask(web, url))?.text()) ?? '';
  if (!text.trimStart().startsWith('[')) {
    return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  }
  const parsed = z.array(z.string()).safeParse(readJson(text));
  if (parsed.success) return parsed.data;
  throw new TargetError('invalid', `${new URL(url).host} answered something that is no list of versions.`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
