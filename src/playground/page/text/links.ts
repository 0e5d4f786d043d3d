/** The protocols that a link in a message may have; everything else (javascript:, data:, file: …) stays text. */
const SAFE_PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** The address if a person may follow it, nothing if it is no absolute URL or of a protocol that is not safe. */
export function safeHref(address: string): string | undefined {
  const url = URL.parse(address.trim());
  return url !== null && SAFE_PROTOCOLS.has(url.protocol) ? url.href : undefined;
}

/** Undoes Slack's escaping: exactly `&amp;`, `&lt;` and `&gt;`, once. */
export function unescapeSlack(source: string): string {
  return source.replace(/&(amp|lt|gt);/g, (_, name: string) => {
    return name === 'amp' ? '&' : name === 'lt' ? '<' : '>';
  });
}

/** Escapes what a person typed, so that Slack takes it for text. */
export function escapeSlack(source: string): string {
  return source.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
