import { expect, test } from 'vitest';
import { parseChallenge } from '../../../../integrations/registry/challenge.ts';

test('reads realm, service and scope, whatever the order and the case', () => {
  const header =
    'bearer scope="repository:team/api:pull,push",service=registry, Realm="https://auth.example/token"';
  expect(parseChallenge(header)).toEqual({
    scheme: 'bearer',
    realm: new URL('https://auth.example/token'),
    service: 'registry',
    scope: 'repository:team/api:pull,push',
  });
});

test.each([
  null,
  '',
  'Negotiate',
  'Bearer',
  'Bearer realm="not an address"',
])('%j asks for nothing we have', (header) => {
  expect(parseChallenge(header)).toBeNull();
});

test('knows Basic', () => {
  expect(parseChallenge('Basic realm="x"')).toEqual({ scheme: 'basic' });
});
