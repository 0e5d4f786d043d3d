/** @module `GET /playground/workspace`: who and what there is. */
import { type Json, record, records, text, texts } from '../json.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly token: string;
  readonly roles: readonly string[];
  readonly isBot: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
}

export interface Target {
  readonly service: string;
  readonly environment: string;
  readonly url: string;
}

export interface SlashCommand {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
}

/** A user group, mentioned by its handle. */
export interface Group {
  readonly id: string;
  readonly handle: string;
  readonly users: readonly string[];
}

export interface Workspace {
  readonly team: string;
  readonly users: readonly Person[];
  readonly channels: readonly Channel[];
  readonly targets: readonly Target[];
  readonly commands: readonly SlashCommand[];
  readonly botUser: string;
  readonly groups: readonly Group[];
}

/** `groups` is the answer of `usergroups.list`. */
export function readWorkspace(json: unknown, groups: unknown): Workspace {
  const raw = record(json);
  return {
    team: text(record(raw.team).name) || 'Playground',
    users: records(raw.users).map(readPerson),
    channels: records(raw.channels).map((channel) => ({
      id: text(channel.id),
      name: text(channel.name),
      topic: text(channel.topic) || text(record(channel.topic).value),
    })),
    targets: records(raw.targets).map((target) => ({
      service: text(target.service),
      environment: text(target.environment),
      url: text(target.url),
    })),
    commands: records(raw.commands).map((command) => ({
      command: text(command.command),
      description: text(command.description),
      usageHint: text(command.usage_hint),
    })),
    botUser: text(record(raw.bot).user_id),
    groups: records(record(groups).usergroups).map((group) => ({
      id: text(group.id),
      handle: text(group.handle),
      users: texts(group.users),
    })),
  };
}

/** The people one can be: everybody but the bot. */
export function people(workspace: Workspace): readonly Person[] {
  return workspace.users.filter((user) => !user.isBot);
}

function readPerson(user: Json): Person {
  return {
    id: text(user.id),
    name: text(user.name),
    realName: text(user.real_name) || text(user.name),
    token: text(user.token),
    roles: texts(user.roles),
    isBot: user.is_bot === true,
  };
}
