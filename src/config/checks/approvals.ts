import { type ConfigPath, type PathProblem, problemAt } from '../problem.ts';
import type { ApprovalConfig } from '../schema.ts';
import { approvalsOf, type Check, type Checked, LONGEST_WAIT } from './check.ts';

/** What is asked for can be given: enough people, in a time that makes sense. */
export const checkApprovals: Check = (checked) =>
  approvalsOf(checked.config).flatMap(({ approval, path }) => [
    ...checkQuorum(approval, path, checked),
    ...checkTimes(approval, path),
  ]);

function checkQuorum(approval: ApprovalConfig, path: ConfigPath, checked: Checked): readonly PathProblem[] {
  const people = approversListed(approval, checked);
  if (people === null || people >= approval.required) return [];
  const required = [...path, 'required'];
  const at = checked.says(required) ? required : [...path, 'approvers'];
  return [
    problemAt(
      at,
      `${approval.required} must approve, but the roles name ${people === 0 ? 'nobody' : people}`,
    ),
  ];
}

/** How many people the approving roles name at most; null where only Slack knows, since a group is among them. */
function approversListed({ approvers }: ApprovalConfig, { config, says }: Checked): number | null {
  const people = new Set<string>();
  for (const name of approvers) {
    const role = Object.hasOwn(config.roles, name) ? config.roles[name] : undefined;
    if (role === undefined || role.groups.length > 0) return null;
    const unread = Object.entries(role).some(([key, listed]) => says(['roles', name, key, listed.length]));
    if (unread) return null;
    for (const person of [...role.users, ...role.emails]) people.add(person);
  }
  return people.size;
}

function checkTimes({ expires, remind }: ApprovalConfig, path: ConfigPath): readonly PathProblem[] {
  const late =
    expires > LONGEST_WAIT
      ? [problemAt([...path, 'expires'], 'this is too long', { allowed: 'at most 14d' })]
      : [];
  if (remind === undefined || remind < expires) return late;
  const message = 'this reminder would come before the question: it is counted back from the end';
  return [...late, problemAt([...path, 'remind'], message, { allowed: 'less than `expires`' })];
}
