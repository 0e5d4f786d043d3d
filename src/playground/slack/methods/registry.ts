import * as auth from './auth.ts';
import * as chat from './chat.ts';
import * as commands from './commands.ts';
import * as conversations from './conversations.ts';
import type { MethodName } from './coverage.ts';
import * as files from './files.ts';
import * as interactions from './interactions.ts';
import type { Method } from './method.ts';
import * as reactions from './reactions.ts';
import * as submissions from './submissions.ts';
import * as users from './users.ts';
import * as views from './views.ts';

/** Every method of the coverage table, by name. */
export const METHODS: Readonly<Record<MethodName, Method>> = {
  'apps.connections.open': auth.connectionsOpen,
  'auth.test': auth.authTest,
  'bots.info': auth.botsInfo,
  'team.info': auth.teamInfo,
  'chat.delete': chat.deleteMessage,
  'chat.getPermalink': chat.getPermalink,
  'chat.postEphemeral': chat.postEphemeral,
  'chat.postMessage': chat.postMessage,
  'chat.update': chat.update,
  'conversations.history': conversations.history,
  'conversations.info': conversations.info,
  'conversations.join': conversations.join,
  'conversations.list': conversations.list,
  'conversations.mark': conversations.mark,
  'conversations.members': conversations.members,
  'conversations.open': conversations.open,
  'conversations.replies': conversations.replies,
  'files.completeUploadExternal': files.completeUpload,
  'files.getUploadURLExternal': files.getUploadUrl,
  'reactions.add': reactions.add,
  'reactions.get': reactions.get,
  'reactions.remove': reactions.remove,
  'usergroups.list': users.userGroupsList,
  'usergroups.users.list': users.userGroupUsers,
  'users.info': users.usersInfo,
  'users.list': users.usersList,
  'users.lookupByEmail': users.lookupByEmail,
  'views.open': views.open,
  'views.publish': views.publish,
  'views.push': views.push,
  'views.update': views.update,
  'blocks.actions': interactions.actions,
  'blocks.suggestions': interactions.suggestions,
  'chat.command': commands.command,
  'views.close': submissions.close,
  'views.submit': submissions.submit,
};

/** Whether this workspace knows a method of that name. */
export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}
