import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMention } from '../../../commands/index.ts';
import { readable, tokenize } from '../../../commands/tokenize.ts';
import { expectAccounted, heaps, junk, mutatedSentences, randomTexts } from './sentences.ts';

const MUTATED_RUNS = 70_000;
const SHUFFLED_RUNS = 30_000;
const RANDOM_RUNS = 30_000;

describe('the grammar of all commands', () => {
  it(`never throws and accounts for every word of ${MUTATED_RUNS} sentences with mistakes`, () => {
    const outcomes = { command: 0, refusal: 0 };
    const property = fc.property(mutatedSentences, ({ name, text, vocabulary }) => {
      outcomes[expectAccounted(name, text, vocabulary)] += 1;
    });
    fc.assert(property, { numRuns: MUTATED_RUNS });
    expect(outcomes.command).toBeGreaterThan(MUTATED_RUNS / 10);
    expect(outcomes.refusal).toBeGreaterThan(MUTATED_RUNS / 10);
  });

  it(`never throws and accounts for every word of ${SHUFFLED_RUNS} heaps of known words`, () => {
    const property = fc.property(heaps, ({ name, text, vocabulary }) => {
      expectAccounted(name, text, vocabulary);
    });
    fc.assert(property, { numRuns: SHUFFLED_RUNS });
  });

  it(`never throws and never acts on ${RANDOM_RUNS} random texts`, () => {
    const property = fc.property(randomTexts, ({ name, text, vocabulary }) => {
      expectAccounted(name, text, vocabulary);
      parseMention(text, vocabulary);
    });
    fc.assert(property, { numRuns: RANDOM_RUNS });
  });
});

describe('the tokenizer', () => {
  it('loses no letter and no digit, and invents none', () => {
    const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '');
    const property = fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(...junk, '--reason="', '“', ' '),
          fc.string({ unit: 'grapheme', maxLength: 8 }),
        ),
        { maxLength: 8 },
      ),
      (pieces) => {
        const text = pieces.join('');
        const tokens = tokenize(text);
        if (!tokens.ok) return;
        const said = tokens.value.map((token) =>
          token.kind === 'flag' ? `${token.name}${token.value ?? ''}` : token.text,
        );
        expect(letters(said.join(''))).toBe(letters(readable(text)));
      },
    );
    fc.assert(property, { numRuns: 20_000 });
  });
});
