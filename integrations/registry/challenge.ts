/** What a registry asks for with `WWW-Authenticate` (RFC 9110 §11.6.1, Distribution token authentication). */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      readonly realm: URL;
      readonly service: string | null;
      readonly scope: string | null;
    };

/** Null when the header asks for nothing that we can answer. */
export function parseChallenge(header: string | null): Challenge | null {
  const [, scheme, rest] = /^\s*(\w+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (scheme?.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme?.toLowerCase() !== 'bearer') return null;
  const parameters = new Map<string, string>();
  for (const [, key, quoted, bare] of (rest ?? '').matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s,]+))/g)) {
    if (key !== undefined) parameters.set(key.toLowerCase(), quoted ?? bare ?? '');
  }
  const realm = parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) return null;
  return {
    scheme: 'bearer',
    realm: new URL(realm),
    service: parameters.get('service') ?? null,
    scope: parameters.get('scope') ?? null,
  };
}
