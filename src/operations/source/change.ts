import path from 'node:path';
import type { CodeHost, Comparison } from '../../../integrations/code-host.ts';
import { TargetError } from '../../../integrations/target.ts';
import type { Plan, PlanEnd } from '../../domain/plan.ts';
import {
  MOST_LISTED,
  type SourceChange,
  type SourceCommits,
  type SourceRelation,
} from '../../domain/source-change.ts';
import { commitOfDigest } from '../../store/operations.ts';
import type { OperationContext } from '../context.ts';
import { sourceOfImageTag } from './image-tag.ts';

type ChangeContext = Pick<OperationContext, 'code' | 'config' | 'database'>;

/** Authors beyond these are not kept. */
const MOST_AUTHORS = 100;
const MOST_FILES = 20;
const NOTHING: SourceCommits = { count: 0, newest: [] };

/**
 * What an operation ships: the commits between what serves and what would. Undefined for a service without a
 * repository. A code host that does not answer keeps nobody from shipping: that nothing is known is said.
 */
export async function readSourceChange(
  context: ChangeContext,
  plan: Pick<Plan, 'target' | 'from' | 'to'>,
  commit: string | null,
): Promise<SourceChange | undefined> {
  const host = context.code.of(plan.target.service);
  if (host === null) return undefined;
  try {
    const from = await commitOfEnd(context, host, plan.target.service, plan.from);
    const to = commit ?? (await commitOfEnd(context, host, plan.target.service, plan.to));
    return await between(context, host, { service: plan.target.service, from, to });
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { ...unknownChange(host, null, commit), unread: error.message };
  }
}

/** The commit behind one end of a plan: as an operation recorded it, or as its version says. */
async function commitOfEnd(
  context: ChangeContext,
  host: CodeHost,
  service: string,
  end: PlanEnd | null,
): Promise<string | null> {
  if (end === null) return null;
  const recorded = end.digest === null ? null : await commitOfDigest(context.database, service, end.digest);
  if (recorded !== null) return recorded;
  const pattern = context.config.services[service]?.imageTag ?? '{version}';
  const source = end.version === null ? null : sourceOfImageTag(pattern, end.version);
  return source === null ? null : ((await host.find(source))?.commit ?? null);
}

async function between(
  { config }: ChangeContext,
  host: CodeHost,
  {
    service,
    from,
    to,
  }: { readonly service: string; readonly from: string | null; readonly to: string | null },
): Promise<SourceChange> {
  if (from === null || to === null) return unknownChange(host, from, to);
  const forward = await host.compare(from, to);
  if (forward === null) return unknownChange(host, from, to);
  const backward = forward.behind > 0 ? await host.compare(to, from) : null;
  const relation = relationOf(forward);
  const patterns = config.services[service]?.migrations ?? [];
  return {
    repository: host.repository,
    from,
    to,
    relation,
    unread: null,
    brings: commitsOf(forward),
    takesOut: backward === null ? NOTHING : commitsOf(backward),
    authors: forward.authors.slice(0, MOST_AUTHORS),
    authorsComplete: forward.complete && forward.authors.length <= MOST_AUTHORS,
    ...unsignedOf(forward),
    migrations:
      patterns.length === 0 ? null : touched(patterns, [forward, ...(backward === null ? [] : [backward])]),
    url: relation === 'back' && backward !== null ? backward.url : forward.url,
  };
}

function relationOf({ ahead, behind }: Comparison): SourceRelation {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'forward';
  return behind > 0 ? 'back' : 'same';
}

function commitsOf({ ahead, commits }: Comparison): SourceCommits {
  return { count: ahead, newest: commits.slice(0, MOST_LISTED) };
}

function unsignedOf({ unsigned }: Comparison): Pick<SourceChange, 'unsigned'> {
  if (unsigned.length === 0) return {};
  return { unsigned: { count: unsigned.length, shas: unsigned.slice(0, MOST_LISTED) } };
}

function touched(patterns: readonly string[], compared: readonly Comparison[]): SourceChange['migrations'] {
  const files = compared.map((one) => one.files);
  if (files.includes(null)) return 'unknown';
  const all = [...new Set(files.flatMap((some) => some ?? []))].sort();
  const migrations = all.filter((file) => patterns.some((pattern) => path.posix.matchesGlob(file, pattern)));
  return { files: migrations.slice(0, MOST_FILES), count: migrations.length };
}

function unknownChange(host: CodeHost, from: string | null, to: string | null): SourceChange {
  return {
    repository: host.repository,
    from,
    to,
    relation: 'unknown',
    unread: null,
    brings: NOTHING,
    takesOut: NOTHING,
    authors: [],
    authorsComplete: false,
    migrations: null,
    url: to === null ? null : host.commitUrl(to),
  };
}
