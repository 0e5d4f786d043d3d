import { distance } from 'fastest-levenshtein';

/** Longer words than this are not typing errors, and comparing them is not free. */
const LONGEST_COMPARED = 128;

/**
 * The candidates most like the word, best first, ignoring case: those that differ in at most half of
 * their letters, that the word begins, or that have its letters in another order. Empty when nothing is
 * like it.
 */
export function nearest(word: string, candidates: readonly string[], limit = 3): readonly string[] {
  const typed = word.toLowerCase();
  if (typed === '' || typed.length > LONGEST_COMPARED) return [];
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, unlike: unlikeness(typed, candidate.toLowerCase()) }))
    .filter(({ unlike }) => unlike <= 0.5)
    .sort((a, b) => a.unlike - b.unlike)
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

/** 0 for equal words, 1 for words without a letter in common. */
function unlikeness(word: string, candidate: string): number {
  const share = distance(word, candidate) / Math.max(word.length, candidate.length);
  const begun = word.length >= 2 && candidate.startsWith(word);
  return begun || sortedLetters(word) === sortedLetters(candidate) ? Math.min(share, 0.25) : share;
}

function sortedLetters(word: string): string {
  return [...word].sort().join('');
}
