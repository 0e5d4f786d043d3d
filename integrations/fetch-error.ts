/** Why a request got no answer, told apart by what a caller would do next. */
export interface NoAnswer {
  readonly kind: 'timeout' | 'unreachable';
  /** Continues “api.example”: “refused the connection”. */
  readonly what: string;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection before answering',
  UND_ERR_SOCKET: 'closed the connection before answering',
  ENOTFOUND: 'has no address: its name is not known',
  EAI_AGAIN: 'has no address for now: the name server did not answer',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  ETIMEDOUT: 'did not accept the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept the connection in time',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a certificate that nobody vouches for',
  SELF_SIGNED_CERT_IN_CHAIN: 'shows a certificate that nobody vouches for',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'shows a certificate that nobody vouches for',
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate for another name',
};

/** Explains what `fetch` threw. A time limit is the caller's own: an `AbortSignal.timeout`. */
export function explainNoAnswer(error: unknown): NoAnswer {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { kind: 'timeout', what: 'did not answer in time' };
  }
  const cause = error instanceof Error ? error.cause : null;
  const code = codeOf(error) ?? codeOf(cause);
  const words = code === null ? undefined : WORDS[code];
  return { kind: 'unreachable', what: words ?? `could not be asked (${code ?? messageOf(cause ?? error)})` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
