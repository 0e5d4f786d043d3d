/** How a sender shows that it knows the secret. */
export type Authentication =
  /** `Authorization: Bearer SECRET`, or basic authentication with any name and the secret as password. */
  | { readonly kind: 'token' }
  /** A header with the HMAC-SHA256 of the raw body in hexadecimal, behind a prefix such as `sha256=`. */
  | { readonly kind: 'signature'; readonly header: string; readonly prefix: string };
