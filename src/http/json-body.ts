/** What is nested deeper than this is no payload that anybody sends in earnest. */
const DEEPEST = 32;

export type ReadJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

/** Bytes as JSON in UTF-8, unless it is nested so deeply that working through it would be an attack. */
export function readJson(bytes: Uint8Array): ReadJson {
  if (bytes.length === 0) return { ok: false, reason: 'The body is empty.' };
  if (nesting(bytes) > DEEPEST) return { ok: false, reason: `The JSON is nested deeper than ${DEEPEST}.` };
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return { ok: true, value };
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'it is not text in UTF-8';
    return { ok: false, reason: `The body is not JSON: ${why}` };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** How deep arrays and objects stand in each other, as far as {@link DEEPEST} and one more. */
function nesting(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < bytes.length && deepest <= DEEPEST; at += 1) {
    const byte = bytes[at] ?? 0;
    if (quoted && byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) quoted = !quoted;
    else if (!quoted && OPENING.has(byte)) depth += 1;
    else if (!quoted && CLOSING.has(byte)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
