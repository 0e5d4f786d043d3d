import type { Refusal } from '../../domain/refusal.ts';
import type { RefusalByCode, RefusalSentences, Words } from '../words/words.ts';

/** The catalogue's sentence for a refusal. */
export function refusalSentence(refusal: Refusal, words: Words): string {
  return sentenceOf(words.refusals, refusal.code, refusal);
}

function sentenceOf<Code extends keyof RefusalByCode>(
  sentences: RefusalSentences,
  code: Code,
  refusal: RefusalByCode[Code],
): string {
  return sentences[code](refusal);
}
