import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { repositoryChecks } from '../../../src/doctor.ts';
import { type GithubServer, OWNER, REPO, startGithub, TOKEN } from '../../support/github/github-server.ts';

const tokens = { githubToken: TOKEN, githubAppKey: null, vercelToken: null, registryPasswords: new Map() };

describe('what slipway doctor says of a repository', () => {
  let github: GithubServer;
  beforeAll(async () => {
    github = await startGithub();
    await github.tag('v1.0.0', await github.commit({ title: 'First', author: 'ana' }));
  });
  afterAll(() => github.stop());

  async function finding(barAuthors: boolean) {
    const config = configSchema.parse({
      github: { url: github.url },
      roles: { approver: { users: ['U0BO'] } },
      environments: {
        production: { approval: { approvers: ['approver'], required: 1, expires: '1h', barAuthors } },
      },
      services: {
        api: {
          repository: `${OWNER}/${REPO}`,
          environments: {
            production: { target: { kind: 'cloud-run', project: 'p', region: 'r', service: 'api' } },
          },
        },
      },
    });
    const [check] = repositoryChecks({ config, tokens });
    return (await check?.run())?.[0];
  }

  it('is its newest version', async () => {
    expect(await finding(true)).toMatchObject({ ok: true, detail: 'is there; newest version v1.0.0' });
  });

  it('is that pull requests may not be read, where authors are barred', async () => {
    const body = { message: 'Resource not accessible by integration' };
    github.front.faults.push({
      method: 'GET',
      pattern: /\/pulls$/,
      times: 10,
      answer: { status: 403, body },
    });
    onTestFinished(() => void github.front.faults.splice(0));
    expect(await finding(true)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('GitHub'),
      remedy: expect.stringContaining('may read there'),
    });
    expect(await finding(false)).toMatchObject({ ok: true });
  });
});
