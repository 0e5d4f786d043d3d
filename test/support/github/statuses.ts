import type { Route } from './front.ts';

/** Commit statuses by SHA, which the emulator lacks. */
export type Statuses = Map<string, { readonly context: string; readonly state: string }[]>;

export function statusRoutes(kept: Statuses): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: /^\/repos\/[^/]+\/[^/]+\/commits\/([0-9a-f]{40})\/status$/,
      answer: ({ params: [sha = ''] }) => {
        const statuses = kept.get(sha) ?? [];
        return { status: 200, body: { sha, state: 'pending', statuses, total_count: statuses.length } };
      },
    },
  ];
}
