import fc from 'fast-check';

/** What YAML takes notice of. */
const NOTICED = [
  '\t',
  '*a',
  '&a ',
  '{',
  ']',
  '- ',
  ': ',
  '"',
  '#',
  '~',
  '!!binary ',
  '<<: ',
  '? ',
  '---\n',
  '__proto__: 1',
  '__proto__: 1\n',
  '%YAML 9\n',
];

/** One place cut out, or overwritten with something that YAML takes notice of. */
const damage = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 30 }),
  instead: fc.oneof(fc.constantFrom('', ...NOTICED), fc.string({ unit: 'binary', maxLength: 8 })),
});

/** Texts of `sound` with one to `most` places damaged. */
export function damaged(sound: fc.Arbitrary<string>, most: number): fc.Arbitrary<string> {
  return fc.tuple(sound, fc.array(damage, { minLength: 1, maxLength: most })).map(([text, damages]) =>
    damages.reduce((rest, { at, length, instead }) => {
      const from = at % (rest.length + 1);
      return rest.slice(0, from) + instead + rest.slice(from + length);
    }, text),
  );
}
