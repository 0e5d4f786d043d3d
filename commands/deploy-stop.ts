import { accept, refuse } from '../src/domain/refusal.ts';
import { NO_FLAGS } from './flags.ts';
import type { Sentence } from './sentence.ts';
import { readPlace, refusalOfRest, targetOf } from './words.ts';

const USAGE = '/deploy stop service environment';

/** `stop [service] [environment]`, completed by the channel's defaults. */
export const stop: Sentence = {
  flags: NO_FLAGS,
  read({ words }, vocabulary) {
    const place = readPlace(words, vocabulary);
    const refusal = refusalOfRest(place, vocabulary);
    if (refusal !== null) return refuse(refusal);
    const target = targetOf(place, vocabulary, USAGE);
    return target.ok ? accept({ name: 'stop', target: target.value }) : target;
  },
};
