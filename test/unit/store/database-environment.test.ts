import { expect, it } from 'vitest';
import { databaseEnvironment } from '../../../src/store/embedded/environment.ts';

it('gives the database that is brought along none of the bot’s secrets', () => {
  const own = {
    PATH: '/bin',
    TZ: 'UTC',
    SLACK_BOT_TOKEN: 'xoxb-1',
    GITHUB_TOKEN: 'ghp_1',
    DATABASE_URL: 'x',
    LANG: undefined,
  };
  expect(databaseEnvironment(own)).toEqual({ PATH: '/bin', TZ: 'UTC' });
});
