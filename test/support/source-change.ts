import type { SourceChange, SourceCommit } from '../../src/domain/source-change.ts';

/** A commit by ana. */
export function sourceCommit(changes: Partial<SourceCommit> = {}): SourceCommit {
  const author = { login: 'ana', email: 'ana@example.com', name: 'Ana' };
  return {
    sha: '3f2a90c'.padEnd(40, '0'),
    title: 'Fix the checkout (#12)',
    author,
    pullRequest: 12,
    ...changes,
  };
}

/** A change that brings one commit by ana. */
export function sourceChange(changes: Partial<SourceChange> = {}): SourceChange {
  const commit = sourceCommit();
  return {
    repository: 'king-jam/king-jam-ai',
    from: 'a'.repeat(40),
    to: commit.sha,
    relation: 'forward',
    unread: null,
    brings: { count: 1, newest: [commit] },
    takesOut: { count: 0, newest: [] },
    authors: [commit.author],
    authorsComplete: true,
    migrations: null,
    url: 'https://github.com/king-jam/king-jam-ai/compare/a...3f2a90c',
    ...changes,
  };
}
