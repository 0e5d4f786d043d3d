import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CodeHost } from '../../../integrations/code-host.ts';
import { createGithubClient } from '../../../integrations/github/client.ts';
import { createGithubHost } from '../../../integrations/github/code-host.ts';
import { startFront } from '../../support/github/front.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../../support/github/github-server.ts';
import { freePort } from '../../support/processes.ts';

let github: GithubServer;
let host: CodeHost;
const shas: string[] = [];

beforeAll(async () => {
  github = await startGithub();
  host = hostWith();
  shas.push(await github.commit({ title: 'First', author: 'ana' }));
  shas.push(
    await github.commit({
      title: 'Fix the checkout (#12)',
      author: 'bo',
      files: { 'db/migrate/001.sql': 'x' },
    }),
  );
  shas.push(
    await github.commit({
      title:
        'Merge pull request #14 from king-jam/speed\n\nCo-authored-by: Chen <chen@example.com>\nCo-authored-by: dependabot[bot] <bot@example.com>',
      author: 'ana',
    }),
  );
  await github.tag('v1.0.0', shas[0] ?? '');
  await github.tag('v1.1.0', shas[2] ?? '');
  await github.branch('feature/speed', shas[1] ?? '');
  await github.release('v1.1.0');
});
afterAll(() => github.stop());

function hostWith(now: () => number = Date.now): CodeHost {
  const credentials = { kind: 'token', token: TOKEN } as const;
  return createGithubHost(createGithubClient({ url: github.url, credentials, now }), `${OWNER}/${REPO}`);
}

describe('versions on GitHub', () => {
  it('finds a tag, a branch with a slash, a whole commit and the beginning of one', async () => {
    const [first = '', second = '', third = ''] = shas;
    expect(await host.find('v1.0.0')).toEqual({ kind: 'tag', name: 'v1.0.0', commit: first });
    expect(await host.find('feature/speed')).toEqual({
      kind: 'branch',
      name: 'feature/speed',
      commit: second,
    });
    expect(await host.find(third)).toEqual({ kind: 'commit', name: third, commit: third });
    expect(await host.find(third.slice(0, 8))).toMatchObject({ commit: third });
  });

  it('finds nothing for anything else', async () => {
    expect(await host.find('v9.9.9')).toBeNull();
    expect(await host.find('deadbeef')).toBeNull();
  });

  it('takes a tag before a branch of the same name', async () => {
    await github.tag('both', shas[0] ?? '');
    await github.branch('both', shas[1] ?? '');
    expect(await host.find('both')).toMatchObject({ kind: 'tag', commit: shas[0] });
  });

  it('suggests releases first, then other tags', async () => {
    const [newest, ...rest] = await host.recentVersions(10);
    expect(newest).toBe('v1.1.0');
    expect(rest).toContain('v1.0.0');
  });

  it('works as the installation of an App, too', async () => {
    const credentials = { kind: 'app', id: 7, installation: 70, key: github.appKey } as const;
    const client = createGithubClient({ url: github.url, credentials });
    expect(await createGithubHost(client, `${OWNER}/${REPO}`).find('v1.0.0')).toMatchObject({
      commit: shas[0],
    });
  });
});

describe('what is between two commits', () => {
  it('is listed newest first, with authors, pull requests and files', async () => {
    const compared = await host.compare(shas[0] ?? '', shas[2] ?? '');
    expect(compared).toMatchObject({ ahead: 2, behind: 0, complete: true });
    expect(compared?.commits.map(({ title, pullRequest }) => [title, pullRequest])).toEqual([
      ['Merge pull request #14 from king-jam/speed', 14],
      ['Fix the checkout (#12)', 12],
    ]);
    expect(compared?.authors.map(({ login, email }) => login ?? email)).toEqual(
      expect.arrayContaining(['ana', 'bo', 'chen@example.com']),
    );
    expect(compared?.authors.map(({ name }) => name)).not.toContain('dependabot[bot]');
    expect(compared?.files).toContain('db/migrate/001.sql');
  });

  it('has whoever put a commit there under the name of another', async () => {
    const main = await github.octokit.rest.repos.getCommit({ owner: OWNER, repo: REPO, ref: 'heads/main' });
    const parent = main.data.sha;
    const committer = { name: 'mallory', email: 'mallory@playground.example' };
    const forged = await github.commit({ title: 'Open a door', author: 'ana', committer, parent });
    const authors = (await host.compare(parent, forged))?.authors ?? [];
    expect(authors.map(({ login }) => login)).toEqual(['ana', 'mallory']);
  });

  it('says which commits nobody’s signature vouches for', async () => {
    const main = await github.octokit.rest.repos.getCommit({ owner: OWNER, repo: REPO, ref: 'heads/main' });
    const parent = main.data.sha;
    const signed = await github.commit({ title: 'Signed', author: 'ana', parent });
    const plain = await github.commit({ title: 'Plain', author: 'ana', parent: signed, unsigned: true });
    expect((await host.compare(parent, plain))?.unsigned).toEqual([plain]);
    expect((await host.compare(parent, signed))?.unsigned).toEqual([]);
    // Nothing is said of signatures by what speaks GitHub's language without them.
    const { data } = await github.octokit.rest.repos.compareCommitsWithBasehead({
      owner: OWNER,
      repo: REPO,
      basehead: `${parent}...${signed}`,
    });
    const commits = data.commits.map(({ commit: { verification: _said, ...commit }, ...one }) => ({
      ...one,
      commit,
    }));
    const answer = () => ({ status: 200, body: { ...data, commits } });
    const silent = await startFront([{ method: 'GET', pattern: /\/compare\//, answer }]);
    onTestFinished(() => silent.close());
    const client = createGithubClient({ url: silent.url, credentials: { kind: 'token', token: TOKEN } });
    const compared = await createGithubHost(client, `${OWNER}/${REPO}`).compare(parent, signed);
    expect(compared?.unsigned).toEqual([signed]);
  });

  it('was brought by whoever opened and whoever merged its pull requests, programs left out', async () => {
    const [one, two, three, four, five] = ['1', '2', '3', '4', '5'].map((digit) => digit.repeat(40));
    const commits = [one, two, three, four, five].flatMap((sha) => sha ?? []);
    github.pulls.push(
      { number: 20, openedBy: 'mallory', mergedBy: 'bo', commits: commits.slice(0, 2) },
      { number: 21, openedBy: 'chen', mergedBy: null, commits: commits.slice(2, 3) },
      { number: 22, openedBy: 'renovate[bot]', mergedBy: 'ana', commits: commits.slice(3, 4) },
    );
    onTestFinished(() => void github.pulls.splice(0));
    const { people, unproven } = await host.broughtBy(commits);
    expect(people.map(({ login }) => login)).toEqual(['ana', 'bo', 'chen', 'mallory']);
    // Still open, opened by a program, and without any.
    expect(unproven).toBe(3);
    expect(await host.broughtBy(commits.slice(0, 2))).toMatchObject({ unproven: 0 });
  });

  it('asks for the pull requests of many commits a few at a time', async () => {
    const before = github.front.calls.length;
    const many = Array.from({ length: 20 }, (_, n) => n.toString(16).padStart(40, '0'));
    expect(await host.broughtBy(many)).toEqual({ people: [], unproven: 20 });
    expect(github.front.calls.slice(before)).toHaveLength(20);
  });

  it('does not take anybody for a program who calls himself one', async () => {
    const main = await github.octokit.rest.repos.getCommit({ owner: OWNER, repo: REPO, ref: 'heads/main' });
    const parent = main.data.sha;
    const own = await github.commit({ title: 'Open a door', author: 'mallory[bot]', parent });
    expect((await host.compare(parent, own))?.authors).toMatchObject([{ login: null, name: 'mallory[bot]' }]);
  });

  it('is told the other way round for what goes back', async () => {
    expect(await host.compare(shas[2] ?? '', shas[0] ?? '')).toMatchObject({
      ahead: 0,
      behind: 2,
      commits: [],
    });
  });

  it.each([
    [251, 251, true],
    [1_001, 1_000, false],
  ])('of %i commits is read page by page: %i of them', async (all, read, complete) => {
    const { data } = await github.octokit.rest.repos.compareCommitsWithBasehead({
      owner: OWNER,
      repo: REPO,
      basehead: `${shas[0]}...${shas[2]}`,
    });
    const front = await startFront([
      {
        method: 'GET',
        pattern: /\/compare\//,
        answer: ({ query }) => {
          const [size, page] = [Number(query.get('per_page')), Number(query.get('page'))];
          const length = Math.max(0, Math.min(size, all - (page - 1) * size));
          const commits = Array.from({ length }, (_, n) => ({ ...data.commits[0], sha: `${page}-${n}` }));
          return { status: 200, body: { ...data, ahead_by: all, behind_by: 0, commits } };
        },
      },
    ]);
    onTestFinished(() => front.close());
    const client = createGithubClient({ url: front.url, credentials: { kind: 'token', token: TOKEN } });
    const compared = await createGithubHost(client, `${OWNER}/${REPO}`).compare('a', 'b');
    expect(compared).toMatchObject({ ahead: all, complete });
    expect(new Set(compared?.commits.map(({ sha }) => sha)).size).toBe(read);
  });

  it('is not known for a commit that is not there', async () => {
    expect(await host.compare('0'.repeat(40), shas[0] ?? '')).toBeNull();
  });
});

describe('checks of a commit', () => {
  it('are runs and statuses together', async () => {
    const [sha = ''] = shas;
    await github.check(sha, 'test', 'success');
    await github.check(sha, 'optional', 'skipped');
    await github.check(sha, 'build', null);
    github.statuses.set(sha, [{ context: 'ci/deploy', state: 'failure' }]);
    expect(await host.checks(sha, 'all')).toEqual({
      passed: ['optional', 'test'],
      pending: ['build'],
      failed: ['ci/deploy'],
    });
  });

  it('are pending when they are named and not there', async () => {
    expect(await host.checks(shas[0] ?? '', ['test', 'release'])).toEqual({
      passed: ['test'],
      pending: ['release'],
      failed: [],
    });
  });

  it('are read beyond the first hundred statuses', async () => {
    const [, , sha = ''] = shas;
    const statuses = Array.from({ length: 250 }, (_, index) => ({
      context: `ci/${index}`,
      state: 'success',
    }));
    github.statuses.set(sha, [...statuses, { context: 'ci/last', state: 'failure' }]);
    const { passed, failed } = await host.checks(sha, 'all');
    expect([passed.length, failed]).toEqual([250, ['ci/last']]);
  });

  it('are nothing on a commit that nobody looked at', async () => {
    expect(await host.checks(shas[1] ?? '', 'all')).toEqual({ passed: [], pending: [], failed: [] });
  });
});

describe('deployments', () => {
  const record = {
    operationId: 'op-1',
    environment: 'production',
    production: true,
    description: 'x'.repeat(500),
    environmentUrl: 'https://api.example',
    logUrl: 'https://slack.example/archives/C1/p1',
  };

  it('are one for each operation, though replies are lost', async () => {
    const [commit = ''] = shas;
    const lost = { method: 'POST', pattern: /deployments$/, times: 1, answer: 'drop', after: true } as const;
    github.front.faults.push({ ...lost });
    const queued = { ...record, commit, state: 'queued' } as const;
    await expect(host.recordDeployment(queued, null)).rejects.toMatchObject({ retry: 'retryable' });
    const id = await host.recordDeployment(queued, null);
    await host.recordDeployment({ ...queued, state: 'success' }, id);
    expect(github.deployments).toMatchObject([
      { sha: commit, environment: 'production', statuses: [{ state: 'queued' }, { state: 'success' }] },
    ]);
    expect(github.deployments[0]?.statuses.at(-1)).toMatchObject({
      environment_url: 'https://api.example',
      log_url: 'https://slack.example/archives/C1/p1',
    });
  });
});

describe('a GitHub that does not answer as it should', () => {
  it.each([
    [403, { 'retry-after': '120' }],
    [429, { 'retry-after': '120' }],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 120) }],
  ])('that says %i with %o is left alone until it said', async (status, headers) => {
    let offset = 0;
    const patient = hostWith(() => Date.now() + offset);
    github.front.faults.push({
      method: 'GET',
      pattern: /commits/,
      times: 1,
      answer: { status, headers, body: {} },
    });
    await expect(patient.find('v1.0.0')).rejects.toMatchObject({ problem: 'quota', retry: 'retryable' });
    const calls = github.front.calls.length;
    await expect(patient.find('v1.0.0')).rejects.toMatchObject({ problem: 'quota' });
    expect(github.front.calls.length).toBe(calls);
    offset = 125_000;
    expect(await patient.find('v1.0.0')).toMatchObject({ kind: 'tag' });
  });

  it.each([
    [401, 'permission', 'terminal'],
    [403, 'permission', 'terminal'],
    [500, 'unavailable', 'retryable'],
    [503, 'unavailable', 'retryable'],
  ])('that answers %i is told as %s, %s', async (status, problem, retry) => {
    github.front.faults.push({
      method: 'GET',
      pattern: /commits/,
      times: 1,
      answer: { status, body: { message: 'no' } },
    });
    await expect(host.find('v1.0.0')).rejects.toMatchObject({ problem, retry });
  });

  it('that cannot be reached is told as unavailable', async () => {
    const credentials = { kind: 'token', token: TOKEN } as const;
    const nowhere = createGithubHost(
      createGithubClient({ url: `http://127.0.0.1:${await freePort()}`, credentials }),
      'a/b',
    );
    await expect(nowhere.find('v1')).rejects.toMatchObject({
      problem: 'unavailable',
      message: expect.stringContaining('refused the connection'),
    });
  });
});
