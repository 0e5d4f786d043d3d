/** What takes the place of a secret. */
const MASK = '‹secret›';

/**
 * What looks like a secret in what programs write, each with what is kept of it. Others decide what is in such a
 * text, so that every pattern takes time in proportion to its length: none begins with a repetition, and repetitions
 * that can fail late are bounded.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // postgresql://user:password@host
  [/(:\/\/[^\s:/@]{0,256}:)[^\s@]{1,512}@/g, `$1${MASK}@`],
  // https://token@host
  [/(:\/\/)[^\s:/@?#]{20,512}@/g, `$1${MASK}@`],
  // Authorization: Bearer …, Basic …
  [/\b((?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi, `$1${MASK}`],
  // password=…, "apiKey": "…", SECRET_TOKEN: …
  [
    /((?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)[\w.-]{0,32}["']?[ \t]{0,8}[:=][ \t]{0,8})("[^"\n]{0,4096}"|'[^'\n]{0,4096}'|[^\s,;&]+)/gi,
    `$1${MASK}`,
  ],
  // JSON Web Tokens
  [/(?<![\w-])eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, MASK],
  // Keys with a well-known beginning: AWS, GitHub, Slack, Google, model providers
  [
    /\b(?:AKIA[0-9A-Z]{12,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abeprs]-[\w-]{10,}|xapp-[\w-]{10,}|AIza[\w-]{30,}|sk-[\w-]{16,})/g,
    MASK,
  ],
  [/-----BEGIN [A-Z ]{0,64}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,64}PRIVATE KEY-----|$)/g, MASK],
];

/** Text of other programs as people may read it: known secrets, and what looks like one, are masked. */
export function maskSecrets(text: string, known: readonly string[] = []): string {
  const masked = known
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
  return SECRETS.reduce((rest, [pattern, kept]) => rest.replace(pattern, kept), masked);
}
