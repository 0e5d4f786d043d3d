import type { CodeHost } from '../../integrations/code-host.ts';

/** A repository in memory that knows nothing but what is said here. */
export function codeHost(knows: Partial<CodeHost> = {}): CodeHost {
  return {
    repository: 'king-jam/king-jam-ai',
    find: async () => null,
    recentVersions: async () => [],
    tags: async () => [],
    compare: async () => null,
    broughtBy: async () => ({ people: [], unproven: 0 }),
    checks: async () => ({ passed: [], pending: [], failed: [] }),
    emailOf: async () => null,
    commitUrl: (commit) => commit,
    recordDeployment: async ({ operationId }) => operationId,
    ...knows,
  };
}
