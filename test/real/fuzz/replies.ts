import fc from 'fast-check';
import { expect } from 'vitest';
import { askPrometheus } from '../../../integrations/analysis/prometheus-client.ts';
import { createRegistrySource } from '../../../integrations/registry/artifact-source.ts';
import { parseChallenge } from '../../../integrations/registry/challenge.ts';
import { parseRepository } from '../../../integrations/registry/repository.ts';
import { TargetError } from '../../../integrations/target.ts';
import { newestFirst } from '../../../integrations/version-order.ts';
import { isDigest } from '../../../src/domain/artifact.ts';
import { fuzz, fuzzAsync } from './counting.ts';
import { mutated, mutatedText } from './mutation.ts';
import { expectReason, expectRefusal, thrownBy } from './promises.ts';

const HOST = 'registry.example.com';
const IMAGE = `${HOST}/team/api`;
const DIGEST = `sha256:${'0a'.repeat(32)}`;
const PROMETHEUS = {
  status: 'success',
  data: { resultType: 'vector', result: [{ metric: {}, value: [1_700_000_000.1, '0.02'] }] },
  warnings: ['slow'],
};

interface HostileReply {
  readonly status: number;
  readonly header: string;
  readonly headerValue: string;
  readonly body: unknown;
}

const reply: fc.Arbitrary<HostileReply> = fc.record({
  status: fc.constantFrom(200, 200, 200, 401, 301, 307, 404, 403, 429, 500, 503, 418, 204),
  header: fc.constantFrom('docker-content-digest', 'link', 'www-authenticate', 'location', 'x-nothing'),
  headerValue: mutatedText(
    DIGEST,
    '</v2/team/api/tags/list?last=x>; rel="next"',
    '<http://169.254.169.254/>; rel=next',
    `Bearer realm="https://${HOST}/token",service="s",scope="repository:team/api:pull"`,
    'Bearer realm="http://127.0.0.1/token"',
    'Basic realm="x"',
    'https://mirror.example.org/x',
    'http://127.0.0.1:5432/',
  ),
  body: mutated(
    { tags: ['v1.0.0', 'v1.1.0', 'latest'] },
    { token: 't', expires_in: 60 },
    { manifests: [{ digest: DIGEST }] },
  ),
});

/** What registries and monitoring answer. */
export async function fuzzReplies(runs: number): Promise<void> {
  await fuzzRegistry(runs);
  fuzzParsers(runs * 3);
  const query = fc.tuple(
    fc.constantFrom(200, 200, 400, 503),
    mutated(PROMETHEUS, { status: 'error', error: 'bad' }),
  );
  await fuzzAsync('replies: Prometheus', runs, query, async ([status, body]) => {
    const fetch = async () => new Response(JSON.stringify(body) ?? '', { status });
    const options = { url: 'http://prometheus.example:9090', timeout: 1_000, fetch };
    const answer = await askPrometheus('up', options, new AbortController().signal);
    if (!answer.ok) return expectReason(answer.why);
    expect(answer.value === null || (typeof answer.value === 'number' && !Number.isNaN(answer.value))).toBe(
      true,
    );
  });
}

/** A registry that answers anything: only what it may lead to is asked, and nobody else learns the password. */
async function fuzzRegistry(runs: number): Promise<void> {
  const asking = fc.tuple(
    fc.constantFrom('v1.0.0', DIGEST, '../x', 'a b'),
    fc.array(reply, { minLength: 1, maxLength: 5 }),
  );
  await fuzzAsync('replies: registries', runs, asking, async ([version, replies]) => {
    let asked = 0;
    const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const url = new URL(String(input));
      expect(url.protocol).toBe('https:');
      const shown = new Headers(init?.headers).get('authorization') ?? '';
      if (shown.startsWith('Basic')) expect(url.hostname).toMatch(/(^|\.)example\.com$/);
      if (shown !== '' && !shown.startsWith('Basic')) expect(url.host).toBe(HOST);
      asked += 1;
      expect(asked).toBeLessThan(600);
      return responseOf(replies[(asked - 1) % replies.length]);
    };
    const credentials = async () => ({ username: 'ana', password: 'pw' });
    const source = createRegistrySource({ image: IMAGE, fetch, credentials });
    try {
      const artifact = await source.resolve(version);
      if (artifact !== null) expect(isDigest(artifact.digest)).toBe(true);
      for (const tag of await source.versions(5)) expect(typeof tag).toBe('string');
    } catch (error) {
      expect(error).toBeInstanceOf(TargetError);
      expectRefusal(error);
    }
  });
}

function responseOf(reply: HostileReply | undefined): Response {
  if (reply === undefined) return new Response(null, { status: 404 });
  const { status, header, headerValue, body } = reply;
  // What no HTTP client would hand over as a header is none.
  const headers =
    thrownBy(() => new Headers({ [header]: headerValue })) === undefined ? { [header]: headerValue } : {};
  return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
}

function fuzzParsers(runs: number): void {
  const challenges = mutatedText(
    `Bearer realm="https://a.example/token",service="s",scope="x"`,
    'Basic realm=x',
    'Bearer realm=//x',
  );
  fuzz('replies: challenges of registries', runs, challenges, (header) => {
    const read = parseChallenge(header);
    if (read?.scheme === 'bearer') expect(read.realm).toBeInstanceOf(URL);
  });
  fuzz(
    'replies: names of images and tags',
    runs,
    fc.tuple(
      mutatedText(IMAGE, 'localhost:5000/x', 'a/b'),
      fc.array(mutatedText('v1.2.0', '1.0.0-rc.1', 'main'), { maxLength: 6 }),
    ),
    ([image, tags]) => {
      const error = thrownBy(() => {
        const { host, name, origin } = parseRepository(image);
        expect(`${host}/${name}`).toBe(image);
        expect(origin.endsWith(host)).toBe(true);
      });
      if (error instanceof Error && error.message.startsWith('The image')) expectReason(error.message);
      else if (error !== undefined) throw error;
      expect([...newestFirst(tags)].sort()).toEqual(
        tags.filter((tag) => !/^sha256-[0-9a-f]{64}/.test(tag)).sort(),
      );
    },
  );
}
