import type { WebClient } from '@slack/web-api';
import type { Finding } from '../../integrations/target.ts';
import type { Config } from '../config/schema.ts';
import { refusalIn } from './slack-answers.ts';

/** Every user group that a role names is there and in use. */
export async function examineGroups(bot: WebClient, config: Config): Promise<readonly Finding[]> {
  const wanted = namedBy(config, 'groups');
  if (wanted.length === 0) return [];
  const { usergroups = [] } = await bot.usergroups.list();
  return wanted.map(({ name, roles }) => {
    const bare = name.replace(/^@/, '');
    const group = usergroups.find(({ id, handle }) => id === bare || handle === bare);
    const subject = `User group ${name}`;
    if (group !== undefined) return { subject, ok: true, detail: `is there, as ${roles}`, remedy: null };
    const remedy = 'Create it in Slack, enable it again, or correct the role in the config.';
    return { subject, ok: false, detail: `is not there, so it gives nobody the role ${roles}`, remedy };
  });
}

/** Every person whom a role names by ID or e-mail is a full member. */
export async function examinePeople(bot: WebClient, config: Config): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name, roles } of namedBy(config, 'users')) {
    findings.push(await examinePerson(name, roles, () => bot.users.info({ user: name })));
  }
  for (const { name, roles } of namedBy(config, 'emails')) {
    findings.push(await examinePerson(name, roles, () => bot.users.lookupByEmail({ email: name })));
  }
  return findings;
}

interface Account {
  readonly user?: {
    readonly name?: string;
    readonly deleted?: boolean;
    readonly is_bot?: boolean;
    readonly is_restricted?: boolean;
    readonly is_ultra_restricted?: boolean;
  };
}

async function examinePerson(named: string, roles: string, lookUp: () => Promise<Account>): Promise<Finding> {
  const { user } = await lookUp().catch((error: unknown): Account => {
    if (['user_not_found', 'users_not_found'].includes(refusalIn(error) ?? '')) return {};
    throw error;
  });
  const subject = `Person ${named}`;
  const barred = whyBarred(user);
  if (barred === null) return { subject, ok: true, detail: `is @${user?.name}, as ${roles}`, remedy: null };
  const remedy = 'Correct the role in the config: this entry gives nobody anything.';
  return { subject, ok: false, detail: `${barred}, but is named in the role ${roles}`, remedy };
}

function whyBarred(user: Account['user']): string | null {
  if (user === undefined) return 'is not in this workspace';
  if (user.deleted) return 'is deactivated';
  if (user.is_bot) return 'is a bot';
  return user.is_restricted || user.is_ultra_restricted ? 'is a guest' : null;
}

/** What the roles name, once each, with the roles that do. */
function namedBy(
  { roles }: Config,
  kind: 'groups' | 'users' | 'emails',
): readonly { readonly name: string; readonly roles: string }[] {
  const named = Object.entries(roles).flatMap(([role, lists]) => lists[kind].map((name) => ({ name, role })));
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, uses]) => ({
    name,
    roles: uses.map(({ role }) => role).join(', '),
  }));
}
