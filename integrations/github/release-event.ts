import { z } from 'zod';
import type { Release, ReleaseKind } from '../../src/domain/release.ts';
import { written } from '../../src/domain/written.ts';

/** As much of a `release` event as is used (https://docs.github.com/webhooks/webhook-events-and-payloads#release). */
const releaseEvent = z.object({
  action: z.string(),
  release: z.object({
    id: z.int(),
    tag_name: written.pipe(z.string().min(1).max(128)),
    draft: z.boolean(),
    prerelease: z.boolean(),
    html_url: written,
    published_at: written.nullable(),
  }),
  repository: z.object({ full_name: written }),
  sender: z.object({ login: written.pipe(z.string().min(1)) }),
});

/** What an event says; `nothing` for one that is well formed and no release that begins anything. */
export type ReadEvent =
  | { readonly kind: 'release'; readonly release: Release }
  | { readonly kind: 'nothing'; readonly why: string }
  | { readonly kind: 'malformed'; readonly reason: string };

/** A pre-release that becomes a release is told as `released` only, so that both spellings are listened to. */
const KINDS: Readonly<Record<string, 'by-flag' | ReleaseKind>> = {
  published: 'by-flag',
  released: 'release',
  prereleased: 'prerelease',
};

/** Reads a delivery of GitHub's webhook. */
export function readReleaseEvent(event: unknown, body: unknown): ReadEvent {
  if (typeof event !== 'string') return { kind: 'malformed', reason: 'X-GitHub-Event is missing.' };
  if (event !== 'release') return { kind: 'nothing', why: `${event} is not listened to` };
  const parsed = releaseEvent.safeParse(body);
  if (!parsed.success) return { kind: 'malformed', reason: z.prettifyError(parsed.error) };
  const { action, release, repository, sender } = parsed.data;
  const told = Object.hasOwn(KINDS, action) ? KINDS[action] : undefined;
  if (told === undefined || release.draft) return { kind: 'nothing', why: `a release was ${action}` };
  return {
    kind: 'release',
    release: {
      repository: repository.full_name,
      id: String(release.id),
      kind: told === 'by-flag' ? (release.prerelease ? 'prerelease' : 'release') : told,
      tag: release.tag_name,
      publisher: sender.login,
      url: release.html_url,
      publishedAt: release.published_at ?? '',
    },
  };
}
