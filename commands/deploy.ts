import { accept, refuse } from '../src/domain/refusal.ts';
import type { CommandGrammar } from './command.ts';
import { lock, unlock } from './deploy-lock.ts';
import { stop } from './deploy-stop.ts';
import { DEPLOY_FLAGS, NO_FLAGS, optionsOf } from './flags.ts';
import { unknownWord } from './refusals.ts';
import { readSentence, type Sentence } from './sentence.ts';
import { readShipment } from './shipment.ts';
import { spelled, tokenize } from './tokenize.ts';
import { findService, serviceNames, serviceSpellings } from './words.ts';

const USAGE = '/deploy service version environment';

const shipment: Sentence = {
  flags: DEPLOY_FLAGS,
  read(said, vocabulary) {
    const otherBeginnings = [...OTHER_SENTENCES.keys(), 'help'];
    const read = readShipment({ words: said.words, vocabulary, usage: USAGE, otherBeginnings });
    if (!read.ok) return read;
    const only = said.flags.get('--only') ?? null;
    const part = only === null ? {} : { only };
    return accept({ name: 'deploy', ...read.value, ...part, ...optionsOf(said) });
  },
};

/** `history [service]`; the channel's default does not narrow it. */
const history: Sentence = {
  flags: NO_FLAGS,
  read({ words }, vocabulary) {
    const [word, extra] = words;
    if (word === undefined) return accept({ name: 'history', service: null });
    const service = findService(spelled(word), vocabulary);
    if (service === null) {
      const spellings = serviceSpellings(vocabulary);
      const allowed = serviceNames(vocabulary);
      return refuse(unknownWord({ role: 'service', word: spelled(word), spellings, allowed }));
    }
    if (extra === undefined) return accept({ name: 'history', service });
    const understood = [`service ${service}`];
    return refuse(unknownWord({ role: 'word', word: spelled(extra), understood }));
  },
};

/** What `/deploy` can do beside deploying, by its first word. */
const OTHER_SENTENCES: ReadonlyMap<string, Sentence> = new Map([
  ['history', history],
  ['lock', lock],
  ['stop', stop],
  ['unlock', unlock],
]);

/** `/deploy`: ship a version, see what was shipped, close and open what can be shipped to. */
export const deploy: CommandGrammar = {
  name: 'deploy',
  description: 'Ship a version of a service to an environment',
  usageHint: 'service version environment, or history, stop, lock, unlock, help',
  examples: [
    { text: '/deploy api v1.2.0 production', does: 'ship api v1.2.0 to production' },
    { text: '/deploy api@v1.2.0 prod', does: 'the same, shorter' },
    { text: '/deploy api,frontend v1.2.0 to production', does: 'ship several services' },
    { text: '/deploy api v1.2.0 production --only worker', does: 'ship one service of a compose project' },
    { text: '/deploy v1.2.0', does: 'ship what this channel is for' },
    { text: '/deploy api v1.2.0 production --dry-run', does: 'show the plan and change nothing' },
    { text: '/deploy api v1.2.0 production --reason "fixes login"', does: 'say why, for the record' },
    { text: '/deploy api v1.2.0 production --emergency "site down"', does: 'skip approval, loudly' },
    {
      text: '/deploy api v1.2.1 production --during-incident "the fix"',
      does: 'ship although a critical alert fires',
    },
    { text: '/deploy', does: 'open a form' },
    { text: '/deploy history api', does: 'list the last operations' },
    { text: '/deploy stop api production', does: 'end what runs there and take it back' },
    { text: '/deploy lock api production "migrating data" for 2h', does: 'close a target for a while' },
    { text: '/deploy lock everything "network change"', does: 'close everything until it is unlocked' },
    { text: '/deploy unlock api production', does: 'open it again' },
  ],
  parse(text, vocabulary) {
    const tokens = tokenize(text);
    if (!tokens.ok) return tokens;
    const [first, ...rest] = tokens.value;
    if (first === undefined) return accept({ name: 'deploy-form', ...vocabulary.defaults });
    const other = first.kind === 'word' ? OTHER_SENTENCES.get(first.text) : undefined;
    const request = { command: 'deploy', vocabulary } as const;
    return other === undefined
      ? readSentence(shipment, { ...request, tokens: tokens.value })
      : readSentence(other, { ...request, tokens: rest });
  },
};
