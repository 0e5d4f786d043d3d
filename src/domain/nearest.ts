import { distance } from 'fastest-levenshtein';

/**
 * The candidates that a person may have meant by a word, best first: those that begin with it (or that it
 * begins with), then those a few letters away. Letter case does not count. Empty when nothing is near.
 */
export function nearest(word: string, candidates: readonly string[], limit: number): readonly string[] {
  const wanted = word.toLowerCase();
  if (wanted === '') return [];
  const reach = Math.max(1, Math.floor(wanted.length / 3));
  return candidates
    .map((candidate) => ({ candidate, away: farness(wanted, candidate.toLowerCase()) }))
    .filter(({ away }) => away <= reach)
    .sort((a, b) => a.away - b.away)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** Edit distance, and less than one letter for a word that was begun or written out too far. */
function farness(wanted: string, candidate: string): number {
  const letters = distance(wanted, candidate);
  const begun = candidate.startsWith(wanted) || (candidate !== '' && wanted.startsWith(candidate));
  return begun ? Math.min(letters, 1 - 1 / (letters + 1)) : letters;
}
