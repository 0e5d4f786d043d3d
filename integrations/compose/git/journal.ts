import { z } from 'zod';

/** A commit that was checked out here, or was meant to be. */
const entry = z.object({
  version: z.string(),
  commit: z.string(),
  /** ISO 8601, when it was begun. */
  at: z.string(),
  /** The operation that brought it; null for what was found. */
  operation: z.string().nullable(),
});
export type GitEntry = z.output<typeof entry>;

const journal = z.object({ deployed: z.array(entry) });

const MOST_ENTRIES = 50;

/** Newest last. A file that is none of ours, or is damaged, knows nothing. */
export function readGitJournal(text: string): readonly GitEntry[] {
  try {
    return journal.parse(JSON.parse(text)).deployed;
  } catch {
    return [];
  }
}

export function gitJournalText(entries: readonly GitEntry[]): string {
  return `${JSON.stringify({ deployed: entries.slice(-MOST_ENTRIES) }, null, 1)}\n`;
}

/** What an operation brings, once however often it begins; before it what it found, if that was new. */
export function withGitEntries(
  entries: readonly GitEntry[],
  found: GitEntry | null,
  brought: GitEntry,
): readonly GitEntry[] {
  if (entries.some(({ operation }) => operation === brought.operation)) return entries;
  const isNew = found !== null && entries.at(-1)?.commit !== found.commit;
  return [...entries, ...(isNew ? [found] : []), brought];
}
