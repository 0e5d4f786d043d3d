import { unknownWord, type WordRefusal } from './refusals.ts';
import type { WordToken } from './tokenize.ts';

/** What stands in front of a service, a version and an environment. */
export interface CanaryOpening {
  /** 1 to 99; null when none was said. */
  readonly percent: number | null;
  readonly auto: boolean;
  /** The words behind. */
  readonly rest: readonly WordToken[];
  readonly understood: readonly string[];
}

/** A number, or a word for percent: whoever writes that first means a share, right or wrong. */
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?(?:%|percent)?$|%$|^percent$/i;
const WHOLE_PERCENT = /^([1-9]\d?)(%|percent)?$/i;
const UNIT = /^(%|percent)$/i;

/** True for every word that can only be meant as a share. */
export function isPercent(word: string): boolean {
  return NUMBER.test(word);
}

/** Reads `50`, `50%`, `50 %`, `50 percent`, `auto`, or none of them. */
export function readOpening(
  words: readonly WordToken[],
):
  | { readonly ok: true; readonly value: CanaryOpening }
  | { readonly ok: false; readonly refusal: WordRefusal } {
  const [first, second] = words;
  const nothing = { percent: null, auto: false, rest: words, understood: [] };
  if (first?.kind !== 'word') return { ok: true, value: nothing };
  if (first.text === 'auto') {
    return { ok: true, value: { percent: null, auto: true, rest: words.slice(1), understood: ['auto'] } };
  }
  if (!isPercent(first.text)) return { ok: true, value: nothing };
  const [, digits, unit] = WHOLE_PERCENT.exec(first.text) ?? [];
  if (digits === undefined) return { ok: false, refusal: notPercent(first.text) };
  const unitBehind = unit === undefined && second?.kind === 'word' && UNIT.test(second.text);
  const rest = words.slice(unitBehind ? 2 : 1);
  return {
    ok: true,
    value: { percent: Number(digits), auto: false, rest, understood: [`${digits} percent`] },
  };
}

/** Not a share that a canary can have; everything and nothing have words of their own. */
export function notPercent(word: string, spellings: readonly string[] = []): WordRefusal {
  const [, digits] = /^(\d+)(%|percent)?$/i.exec(word) ?? [];
  const share = Number(digits);
  if (share === 100) return unknownWord({ role: 'percent', word, instead: 'promote' });
  if (share === 0) return unknownWord({ role: 'percent', word, instead: 'abort' });
  return unknownWord({ role: 'percent', word, spellings });
}
