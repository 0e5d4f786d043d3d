import semver from 'semver';

/** Tags that tools leave beside images: signatures, attestations and bills of material. */
const ATTACHMENT = /^sha256-[0-9a-f]{64}/;

/**
 * The tags that are versions, newest first as far as their names tell: semantic versions by precedence
 * (a pre-release stands behind its release), then the others in reverse natural order.
 */
export function newestFirst(tags: readonly string[]): readonly string[] {
  const versions = tags.filter((tag) => !ATTACHMENT.test(tag));
  const semantic = versions.filter((tag) => semver.valid(tag) !== null);
  const others = versions.filter((tag) => semver.valid(tag) === null);
  return [
    ...semantic.sort((a, b) => semver.rcompare(a, b) || b.localeCompare(a)),
    ...others.sort((a, b) => b.localeCompare(a, 'en', { numeric: true })),
  ];
}
