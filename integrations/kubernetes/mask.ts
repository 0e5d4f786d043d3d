const MASK = '••••';

/** What looks like a secret in what programs write, each with what is kept of it. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // postgresql://user:password@host
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s@]+@/gi, `$1:${MASK}@`],
  // Authorization: Bearer …, Basic …
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${MASK}`],
  // password=…, "apiKey": "…", SECRET_TOKEN: …
  [
    /((?:pass(?:word|wd|phrase)?|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi,
    `$1${MASK}`,
  ],
  // JSON Web Tokens
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, MASK],
  // Keys with a well-known beginning: AWS, GitHub, Slack, Google, model providers
  [/\b(?:AKIA[0-9A-Z]{12,}|gh[pousr]_\w{20,}|xox[abeprs]-[\w-]{10,}|AIza[\w-]{30,}|sk-[\w-]{16,})/g, MASK],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK],
];

/** The text without what looks like a secret: logs are read by everybody in the channel. */
export function maskSecrets(text: string): string {
  return SECRETS.reduce((masked, [pattern, kept]) => masked.replace(pattern, kept), text);
}
