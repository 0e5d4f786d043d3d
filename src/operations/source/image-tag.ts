import type { SourceRef } from '../../../integrations/code-host.ts';

/** How the images of a service are tagged: one of the placeholders, and what stands around it. */
export type ImageTagPattern = string;

const PLACEHOLDER = /\{(version|tag|sha|sha7)\}/;

/** True where the tag follows from what was typed alone. */
export function isAsTyped(pattern: ImageTagPattern): boolean {
  return pattern === '{version}';
}

/** The image tag of a version; null where the pattern wants a git tag and the version has none. */
export function imageTagOf(
  pattern: ImageTagPattern,
  found: { readonly typed: string; readonly ref: SourceRef; readonly tag: string | null },
): string | null {
  const { typed, ref, tag } = found;
  const values: Readonly<Record<string, string | null>> = {
    version: typed,
    tag: ref.kind === 'tag' ? ref.name : tag,
    sha: ref.commit,
    sha7: ref.commit.slice(0, 7),
  };
  const value = values[PLACEHOLDER.exec(pattern)?.[1] ?? ''] ?? null;
  return value === null ? null : pattern.replace(PLACEHOLDER, () => value);
}

/** True where a git tag is needed to know the image's. */
export function wantsTag(pattern: ImageTagPattern): boolean {
  return pattern.includes('{tag}');
}

/** What stands for the placeholder in an image tag: a git name or a commit; null for a tag that is not of the pattern. */
export function sourceOfImageTag(pattern: ImageTagPattern, imageTag: string): string | null {
  const [before = '', name = '', after = ''] = pattern.split(PLACEHOLDER);
  const fits = imageTag.startsWith(before) && imageTag.endsWith(after);
  if (!fits || imageTag.length <= before.length + after.length) return null;
  const value = imageTag.slice(before.length, imageTag.length - after.length);
  const isCommit = /^[0-9a-f]{7,40}$/.test(value);
  return name.startsWith('sha') && !isCommit ? null : value;
}
