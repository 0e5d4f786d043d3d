import type { Entry } from './backlog.ts';
import type { Pending } from './calls.ts';
import type { PacedCall } from './pacing.ts';

/** What was asked, as it was then, and what Slack said. */
export interface Answer {
  readonly asked: Pending;
  readonly value: string | null;
}

/** What a call that was done says about its publication. A message that was found may say something old. */
export function learn(entry: Entry, { kind }: PacedCall, { asked, value }: Answer): void {
  const { publication } = entry;
  entry.failures = 0;
  entry.stuck = false;
  if (value === null) {
    entry.publication = { ...publication, attemptedAt: null };
    return;
  }
  entry.unrecorded = true;
  if (kind === 'post') entry.news = 'posted';
  if (kind === 'find') entry.news = 'found';
  entry.publication = { ...publication, ...learnt(publication, kind, { asked, value }) };
}

function learnt(
  { picture, reactionsAdded, sentVersion }: Pending,
  kind: PacedCall['kind'],
  { asked, value }: { readonly asked: Pending; readonly value: string },
): Partial<Pending> {
  switch (kind) {
    case 'react':
      return { reactionsAdded: [...reactionsAdded, value] };
    case 'upload':
      return { picture: picture === null ? null : { ...picture, fileId: value } };
    case 'share':
      return { sentVersion: asked.version };
    case 'find':
      return { ts: value, sentVersion: picture === null ? sentVersion : asked.version };
    case 'post':
    case 'update':
      return { ts: value, sentVersion: asked.version };
  }
}
