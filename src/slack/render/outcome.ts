import type { OperationOutcome } from '../../domain/operation.ts';
import type { OutcomeByCode, OutcomeSentences, Words } from '../words/words.ts';
import { refusalSentence } from './refusals.ts';

/** The catalogue's sentence for an outcome; empty where the state says it all. */
export function outcomeSentence(outcome: OperationOutcome, words: Words): string {
  if (outcome.code === 'refused') {
    const why = outcome.refusals.map((refusal) => refusalSentence(refusal, words));
    return [...why, words.replies.nothingChanged].join(' ');
  }
  return sentenceOf(words.outcomes, outcome.code, outcome);
}

function sentenceOf<Code extends keyof OutcomeSentences>(
  sentences: OutcomeSentences,
  code: Code,
  outcome: OutcomeByCode[Code],
): string {
  return sentences[code](outcome);
}
