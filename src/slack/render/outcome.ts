import type { OperationOutcome } from '../../domain/operation.ts';
import type { Plan } from '../../domain/plan.ts';
import type { OutcomeByCode, OutcomeSentences, Words } from '../words/words.ts';
import { versionText } from './change.ts';
import { refusalSentence } from './refusals.ts';

/** The catalogue's sentence for an outcome; empty where the state says it all. */
export function outcomeSentence(outcome: OperationOutcome, plan: Plan, words: Words): string {
  if (outcome.code === 'done' && (plan.kind === 'deploy' || plan.kind === 'rollback')) {
    return words.operation.serves(versionText(plan));
  }
  if (outcome.code === 'refused') {
    return outcome.refusals.map((refusal) => refusalSentence(refusal, words)).join(' ');
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
