import { WebAPIPlatformError } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { type ChannelsClient, createChannels } from '../../../src/slack/channels.ts';
import { createDirectory, type DirectoryClient } from '../../../src/slack/directory.ts';
import { createGroups, type GroupsClient } from '../../../src/slack/groups.ts';
import { createMentions } from '../../../src/slack/mentions.ts';
import { TestClock } from './publisher-world.ts';

const TEAM = 'T1';
const ANA = {
  id: 'U1',
  team_id: TEAM,
  name: 'ana',
  profile: { display_name: 'Ana', email: 'ana@example.com' },
};
const GROUPS = [{ id: 'S1', handle: 'release-managers', users: ['U1'] }];
const log = { warn: () => undefined };

describe('the directory', () => {
  it('knows a full member with their groups, by ID and handle', async () => {
    const { directory } = setUp();
    expect(await directory.person('U1')).toEqual({
      id: 'U1',
      name: 'Ana',
      email: 'ana@example.com',
      barred: null,
      groups: ['S1', 'release-managers'],
    });
  });

  it.each([
    ['guest', { is_restricted: true }],
    ['guest', { is_ultra_restricted: true }],
    ['bot', { is_bot: true }],
    ['deactivated', { deleted: true }],
    ['other-workspace', { is_stranger: true }],
    ['other-workspace', { team_id: 'T2' }],
    ['other-workspace', { team_id: undefined }],
    [null, { team_id: 'E1', enterprise_user: { teams: [TEAM] } }],
  ])('bars as %s whoever is %j', async (barred, changes) => {
    const { directory } = setUp({ user: { ...ANA, ...changes } });
    expect(await directory.person('U1')).toMatchObject({ barred });
  });

  it('fails closed when Slack cannot be asked, or groups that matter cannot', async () => {
    expect(await setUp({ user: 'fails' }).directory.person('U1')).toBeNull();
    expect(await setUp({ groups: 'fails' }).directory.person('U1')).toBeNull();
  });

  it('asks for no groups where no role names any', async () => {
    const { directory, asked } = setUp({ groups: 'fails', usesGroups: false });
    expect(await directory.person('U1')).toMatchObject({ groups: [] });
    expect(asked).toEqual(['U1']);
  });

  it('remembers people for ten seconds and groups for fifteen, so that who is removed may do nothing soon', async () => {
    const { directory, asked, clock } = setUp();
    await Promise.all([directory.person('U1'), directory.person('U1')]);
    await clock.advance(9_000);
    await directory.person('U1');
    expect(asked).toEqual(['U1', 'groups']);
    await clock.advance(2_000);
    await directory.person('U1');
    expect(asked).toEqual(['U1', 'groups', 'U1']);
    await clock.advance(15_000);
    await directory.person('U1');
    expect(asked).toEqual(['U1', 'groups', 'U1', 'U1', 'groups']);
  });

  it('does not remember what failed', async () => {
    const { directory, asked } = setUp({ user: 'fails' });
    await directory.person('U1');
    await directory.person('U1');
    expect(asked.filter((what) => what === 'U1')).toHaveLength(2);
  });
});

describe('channels', () => {
  it('are found by name through all pages, and by ID without asking', async () => {
    const pages = [
      { channels: [{ id: 'C1', name: 'general' }], response_metadata: { next_cursor: 'more' } },
      { channels: [{ id: 'C2', name: 'deploys' }], response_metadata: { next_cursor: '' } },
    ];
    const channels = createChannels({
      client: {
        conversations: {
          info: async () => ({ ok: true, channel: { name: 'deploys', is_member: true } }),
          list: async () => ({ ok: true, ...pages.shift() }),
        },
      },
      clock: new TestClock(),
      log,
    });
    expect(await channels.idOf('#deploys')).toBe('C2');
    expect(await channels.idOf('deploys')).toBe('C2');
    expect(await channels.idOf('C012345678')).toBe('C012345678');
    expect(await channels.channel('C2')).toEqual({ id: 'C2', name: 'deploys', presence: 'inside' });
  });

  it('that are not there are looked for once a minute, and those that Slack did not tell of every ten seconds', async () => {
    const clock = new TestClock();
    let listed = 0;
    let answer = async () => ({ ok: true, channels: [{ id: 'C1', name: 'general' }] });
    const list = async () => {
      listed += 1;
      return answer();
    };
    const client = { conversations: { info: async () => ({ ok: true }), list } };
    const channels = createChannels({ client, clock, log });
    for (let second = 0; second < 59; second += 1) {
      expect(await channels.idOf('#incidents')).toBeNull();
      await clock.advance(1_000);
    }
    expect(listed).toBe(1);
    answer = async () => Promise.reject(new Error('ratelimited'));
    for (let second = 0; second < 10; second += 1) {
      await clock.advance(1_000);
      await expect(channels.idOf('#incidents')).rejects.toThrow('ratelimited');
    }
    expect(listed).toBe(2);
    answer = async () => ({ ok: true, channels: [{ id: 'C2', name: 'incidents' }] });
    await clock.advance(1_000);
    expect(await channels.idOf('#incidents')).toBe('C2');
  });

  it('have no name when Slack cannot be asked', async () => {
    const fails = async () => Promise.reject(new Error('away'));
    const client = { conversations: { info: fails, list: fails } };
    const channels = createChannels({ client, clock: new TestClock(), log });
    expect(await channels.channel('C2')).toEqual({ id: 'C2', name: null, presence: 'unknown' });
  });

  it('that Slack does not show, because they are private or groups, are without the bot', async () => {
    const channels = channelsWhere(async () => {
      throw new WebAPIPlatformError({ ok: false, error: 'channel_not_found' });
    });
    expect(await channels.channel('C2')).toEqual({ id: 'C2', name: null, presence: 'outside' });
  });

  it('are with the bot as soon as it was invited', async () => {
    const members = [false, true];
    const channels = channelsWhere(async () => ({
      ok: true,
      channel: { name: 'deploys', is_member: members.shift() ?? true },
    }));
    expect(await channels.channel('C2')).toEqual({ id: 'C2', name: 'deploys', presence: 'outside' });
    expect(await channels.channel('C2')).toEqual({ id: 'C2', name: 'deploys', presence: 'inside' });
  });

  it('are told from direct messages, which have no name', async () => {
    const channels = channelsWhere(async () => ({ ok: true, channel: { is_im: true } }));
    expect(await channels.channel('D1')).toEqual({ id: 'D1', name: null, presence: 'direct' });
  });
});

describe('mentions', () => {
  it('turn handles and e-mails into IDs, and keep what cannot be found', async () => {
    const mentions = createMentions(
      {
        users: {
          lookupByEmail: async ({ email }) =>
            email === 'ana@example.com'
              ? { ok: true, user: { id: 'U1' } }
              : Promise.reject(new Error('users_not_found')),
        },
      },
      async () => GROUPS,
      log,
    );
    const names = ['@release-managers', 'ana@example.com', 'gone@example.com', 'U2'];
    expect(names.map(mentions.of)).toEqual(names);
    await mentions.refresh(names);
    expect(names.map(mentions.of)).toEqual(['S1', 'U1', 'gone@example.com', 'U2']);
  });

  it('learn groups by the listing that says who may what as well, and name them as before when there is none', async () => {
    const { directory, groups, asked } = setUp();
    const users = { lookupByEmail: async () => ({ ok: true }) };
    const mentions = createMentions({ users }, groups, log);
    await mentions.refresh(['@release-managers']);
    await directory.person('U1');
    expect(asked).toEqual(['groups', 'U1']);
    const away = createMentions({ users }, setUp({ groups: 'fails' }).groups, log);
    await away.refresh(['@release-managers']);
    expect(away.of('@release-managers')).toBe('@release-managers');
  });
});

function channelsWhere(info: ChannelsClient['conversations']['info']) {
  const list = async () => ({ ok: true });
  return createChannels({ client: { conversations: { info, list } }, clock: new TestClock(), log });
}

function setUp(changes: { user?: object | 'fails'; groups?: 'fails'; usesGroups?: boolean } = {}) {
  const { user = ANA, groups, usesGroups = true } = changes;
  const asked: string[] = [];
  const clock = new TestClock();
  const client: DirectoryClient & GroupsClient = {
    users: {
      info: async ({ user: id }) => {
        asked.push(id);
        if (user === 'fails') throw new Error('away');
        return { ok: true, user };
      },
    },
    usergroups: {
      list: async () => {
        asked.push('groups');
        if (groups === 'fails') throw new Error('away');
        return { ok: true, usergroups: GROUPS };
      },
    },
  };
  const slackGroups = createGroups(client, clock);
  const directory = createDirectory({ client, groups: slackGroups, teamId: TEAM, usesGroups, clock, log });
  return { directory, groups: slackGroups, asked, clock };
}
