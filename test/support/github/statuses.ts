import type { Route } from './front.ts';

/** Commit statuses by SHA, which the emulator lacks. */
export type Statuses = Map<string, { readonly context: string; readonly state: string }[]>;

export function statusRoutes(kept: Statuses): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: /^\/repos\/[^/]+\/[^/]+\/commits\/([0-9a-f]{40})\/status$/,
      answer: ({ params: [sha = ''], query }) => {
        const all = kept.get(sha) ?? [];
        const size = Math.min(100, Number(query.get('per_page') ?? 30));
        const from = (Number(query.get('page') ?? 1) - 1) * size;
        const statuses = all.slice(from, from + size);
        return { status: 200, body: { sha, state: 'pending', statuses, total_count: all.length } };
      },
    },
  ];
}
