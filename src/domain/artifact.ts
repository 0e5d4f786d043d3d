/** `sha256:` and 64 hexadecimal digits: the name of content, which never changes. */
export type Digest = `sha256:${string}`;

/** What a version resolves to and never changes: an image digest or an archive's SHA-256. */
export interface Artifact {
  /** What the person typed, as the source spells it: `v1.2.0`. */
  readonly version: string;
  readonly digest: Digest;
  /** What the target is told to run: `registry.example/api@sha256:…`. */
  readonly reference: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** True for a well-formed SHA-256 digest. */
export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/** The first twelve hexadecimal digits, enough for a person to compare: `3f2a90c1b7de`. */
export function shortDigest(digest: Digest): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}
