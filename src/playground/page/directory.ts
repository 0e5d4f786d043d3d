/** @module Who is who, for the parts of the page that show names. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Channel, Group, Person, Workspace } from './model/workspace.ts';

export interface Directory {
  readonly me: string;
  readonly botUser: string;
  readonly people: readonly Person[];
  readonly channels: readonly Channel[];
  readonly person: (id: string) => Person | undefined;
  readonly channel: (id: string) => Channel | undefined;
  readonly group: (id: string) => Group | undefined;
  readonly openChannel: (id: string) => void;
}

const NOBODY: Directory = {
  me: '',
  botUser: '',
  people: [],
  channels: [],
  person: () => undefined,
  channel: () => undefined,
  group: () => undefined,
  openChannel: () => {},
};

export const DirectoryContext = createContext<Directory>(NOBODY);

export function createDirectory(
  workspace: Workspace,
  me: string,
  openChannel: (id: string) => void,
): Directory {
  const { users, channels, botUser, groups } = workspace;
  return {
    me,
    botUser,
    people: users,
    channels,
    person: (id) => users.find((user) => user.id === id),
    channel: (id) => channels.find((channel) => channel.id === id),
    group: (id) => groups.find((group) => group.id === id),
    openChannel,
  };
}

export function useDirectory(): Directory {
  return useContext(DirectoryContext);
}
