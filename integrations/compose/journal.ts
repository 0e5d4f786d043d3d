import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Digest, isDigest, shortDigest } from '../../src/domain/artifact.ts';
import { canonicalJson } from '../../src/domain/json.ts';

const digest = z.string().refine(isDigest);

/** A version that ran here, or was meant to. */
const journalEntry = z.object({
  version: z.string(),
  /** By service. */
  digests: z.record(z.string(), digest),
  /** ISO 8601, when it was begun. */
  at: z.string(),
  /** The operation that brought it; null for what was found. */
  operation: z.string().nullable(),
});
export type JournalEntry = z.output<typeof journalEntry>;

const journal = z.object({ deployed: z.array(journalEntry) });

/** Entries kept; older ones have no images any more. */
const MOST_ENTRIES = 50;
/** How all tags begin by which hosts keep contents. */
export const KEEP = 'slipway-';

/** Newest last. A file that is none of ours, or is damaged, knows nothing. */
export function readJournal(text: string | null): readonly JournalEntry[] {
  if (text === null) return [];
  try {
    return journal.parse(JSON.parse(text)).deployed;
  } catch {
    return [];
  }
}

export function journalText(entries: readonly JournalEntry[]): string {
  return `${JSON.stringify({ deployed: entries.slice(-MOST_ENTRIES) }, null, 1)}\n`;
}

/** What an operation brings, written down once however often it begins; before it what it found, if that was new. */
export function withEntries(
  entries: readonly JournalEntry[],
  found: JournalEntry | null,
  brought: JournalEntry,
): readonly JournalEntry[] {
  if (entries.some((entry) => entry.operation === brought.operation)) return entries;
  const last = entries.at(-1);
  const isNew =
    found !== null && (last === undefined || releaseName(last.digests) !== releaseName(found.digests));
  return [...entries, ...(isNew ? [found] : []), brought];
}

/** The name of what runs when these digests do: twelve hexadecimal digits. */
export function releaseName(digests: Readonly<Record<string, Digest>>): string {
  const all = Object.values(digests);
  const [only] = all;
  if (only !== undefined && all.every((one) => one === only)) return shortDigest(only);
  return createHash('sha256').update(canonicalJson(digests)).digest('hex').slice(0, 12);
}

/** The tag under which the host keeps a content for a project, whatever becomes of the registry. */
export function keepTag(project: string, content: Digest): string {
  return `${KEEP}${project.slice(0, 60)}-${shortDigest(content)}`;
}
