import fc from 'fast-check';

/** What parsers stumble over: of every type, and texts that mean something somewhere. */
const HOSTILE: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    1e308,
    -0.5,
    2 ** 53,
    '',
    ' ',
    '0',
    'null',
    '\0',
    'a\0b',
    '\ud800',
    'x\udfff',
  ],
  ...[
    '<!channel>',
    '<@U0BO0000001>',
    '`*_~',
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    '$(reboot)',
  ],
  ...[
    "'; drop table slipway.inbox; --",
    '{"a":1}',
    '[',
    '\u202e\u200b',
    '😀',
    'é'.repeat(300),
    'x'.repeat(20_000),
  ],
  ...['9999-12-31T23:59:60Z', '0000-01-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-11-22T00:00:00+99:99'],
  ...[
    'javascript:alert(1)',
    'http://user:pw@host/',
    'http://169.254.169.254/',
    'sha256:',
    `sha256:${'0'.repeat(64)}`,
  ],
  ...[[], {}, [[]], [null], { length: -1 }, { toString: 'x' }, { valueOf: 'y' }],
];

const SHORT = HOSTILE.filter((one) => typeof one === 'string').filter((one) => one.length < 100);

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

const change = fc.record({
  /** Which of all places of the tree. */
  at: fc.nat({ max: 400 }),
  how: fc.constantFrom('replace', 'remove', 'add', 'wrap', 'repeat', 'swap'),
  key: fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'length', 'extra', '', '0'),
  value: hostile,
});
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

/** JSON like one of the examples, with a few things wrong in it; now and then anything at all. */
export function mutated(...examples: readonly unknown[]): fc.Arbitrary<unknown> {
  const near = fc
    .tuple(fc.constantFrom(...examples), fc.array(change, { maxLength: 4 }))
    .map(([example, changes]) => changes.reduce<unknown>(changed, structuredClone(example)));
  return fc.oneof({ weight: 20, arbitrary: near }, { weight: 1, arbitrary: hostile });
}

/** Text like one of the examples, with a few pieces of it cut, doubled or replaced. */
export function mutatedText(...examples: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...SHORT), fc.string({ unit: 'binary', maxLength: 6 }));
  const cut = fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 12 }), piece);
  return fc.tuple(fc.constantFrom(...examples), fc.array(cut, { maxLength: 3 })).map(([example, cuts]) =>
    cuts.reduce((text, [at, length, instead]) => {
      const from = text.length === 0 ? 0 : at % text.length;
      return text.slice(0, from) + instead + text.slice(from + length);
    }, example),
  );
}

interface Place {
  readonly parent: object;
  readonly key: string;
}

function changed(root: unknown, { at, how, key, value }: Change): unknown {
  const places = placesIn(root, []);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return value;
  const { parent } = place;
  const own: unknown = Reflect.get(parent, place.key);
  switch (how) {
    case 'replace':
      put(parent, place.key, value);
      return root;
    case 'remove':
      if (Array.isArray(parent)) parent.splice(Number(place.key), 1);
      else Reflect.deleteProperty(parent, place.key);
      return root;
    case 'add':
      put(parent, key, value);
      return root;
    case 'wrap':
      put(parent, place.key, [own]);
      return root;
    case 'repeat':
      put(parent, place.key, [own, own, own]);
      return root;
    case 'swap':
      put(parent, place.key, places[(at * 7 + 1) % places.length]?.key ?? null);
      return root;
  }
}

/** As JSON.parse would, which makes even `__proto__` a property like any other. */
function put(parent: object, key: string, value: unknown): void {
  if (Array.isArray(parent) && !/^\d+$/.test(key)) parent.push(value);
  else Object.defineProperty(parent, key, { value, enumerable: true, writable: true, configurable: true });
}

function placesIn(value: unknown, found: Place[]): readonly Place[] {
  if (typeof value !== 'object' || value === null || found.length > 400) return found;
  for (const key of Object.keys(value)) {
    found.push({ parent: value, key });
    placesIn(Reflect.get(value, key), found);
  }
  return found;
}
