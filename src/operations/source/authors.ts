import type { Brought, CodeHost } from '../../../integrations/code-host.ts';
import { TargetError } from '../../../integrations/target.ts';
import type { Config } from '../../config/schema.ts';
import type { ApprovalRule, BarredAuthors } from '../../domain/plan.ts';
import type { SourceAuthor, SourceChange } from '../../domain/source-change.ts';
import { moreApprovals } from '../../policy/approvals.ts';

/** Who somebody is in Slack: a user ID; `nobody` for people who are not in this workspace; null when nobody can tell. */
export type Placed = string | null;

/** Places the authors of commits in Slack. Rejects with a `TargetError` when Slack cannot be asked. */
export type PlaceAuthor = (author: SourceAuthor) => Promise<Placed>;

export const NOT_HERE = 'nobody';

/** Whom to ask about authors. */
export interface AuthorSources {
  readonly place: PlaceAuthor;
  /** Null where the config names none any more. */
  readonly host: Pick<CodeHost, 'broughtBy'> | null;
}

/**
 * The rule with the authors barred: those who are known may not approve; each who cannot be placed could be
 * any approver, so that one more approval is asked for, and enough of them are surely by others. Whom an unsigned
 * commit names is whatever its author wrote: there, whoever opened and merged its pull request is barred as well,
 * and a commit without one takes one more approval.
 */
export async function barAuthors(
  rule: ApprovalRule,
  source: SourceChange,
  { place, host }: AuthorSources,
): Promise<ApprovalRule> {
  const { people, unproven } = await whoBrought(source, host);
  const logins = new Set(source.authors.map(({ login }) => login));
  const all = [...source.authors, ...people.filter(({ login }) => !logins.has(login))];
  const placed = await Promise.all(all.map(async (author) => ({ author, id: await place(author) })));
  const barred: BarredAuthors = {
    userIds: [...new Set(placed.flatMap(({ id }) => (id === null || id === NOT_HERE ? [] : [id])))].sort(),
    unplaced: placed.flatMap(({ author, id }) => (id === null ? [author] : [])),
    incomplete: !source.authorsComplete,
    ...(unproven > 0 ? { unproven } : {}),
  };
  return { ...rule, required: rule.required + moreApprovals(barred), barred };
}

/** Nothing is proven by a code host that does not answer. */
async function whoBrought({ unsigned }: SourceChange, host: AuthorSources['host']): Promise<Brought> {
  if (unsigned === undefined) return { people: [], unproven: 0 };
  const { count, shas } = unsigned;
  if (host === null) return { people: [], unproven: count };
  try {
    const { people, unproven } = await host.broughtBy(shas);
    return { people, unproven: unproven + count - shas.length };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { people: [], unproven: count };
  }
}

/**
 * Places authors by the config's own map, and else by the e-mails that they have on the code host. `lookUp`
 * answers the Slack ID of an e-mail, null if nobody has it.
 */
export function createPlaceAuthor(parts: {
  readonly people: NonNullable<Config['github']>['people'];
  readonly lookUp: (email: string) => Promise<string | null>;
  readonly emailOf: (login: string) => Promise<string | null>;
}): PlaceAuthor {
  const { people, lookUp, emailOf } = parts;
  const mapped = new Map(Object.entries(people).map(([name, person]) => [name.toLowerCase(), person]));
  const byEmail = async (email: string | null): Promise<Placed> => {
    if (email === null || isNoReply(email)) return null;
    return asked(() => lookUp(email));
  };
  return async ({ login, email }) => {
    const told = mapped.get(login?.toLowerCase() ?? '') ?? mapped.get(email?.toLowerCase() ?? '');
    if (told !== undefined) return told.includes('@') ? byEmail(told) : told;
    // What an account shows is its own; what a commit says, its author chose.
    const shown = login === null ? null : await emailOf(login);
    return (await byEmail(shown)) ?? byEmail(email);
  };
}

function isNoReply(email: string): boolean {
  return email.endsWith('@users.noreply.github.com');
}

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    throw new TargetError('unavailable', 'Slack does not say who wrote what is shipped.', { cause });
  }
}
