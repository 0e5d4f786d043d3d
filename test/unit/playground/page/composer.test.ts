import { describe, expect, test } from 'vitest';
import { complete } from '../../../../src/playground/page/composer/completion.ts';
import { readOutgoing } from '../../../../src/playground/page/composer/outgoing.ts';
import { readCloud } from '../../../../src/playground/page/model/cloud.ts';
import { people, readWorkspace } from '../../../../src/playground/page/model/workspace.ts';
import { CLOUD, WORKSPACE } from '../../../acceptance/playground-page/workspace.ts';

const workspace = readWorkspace(WORKSPACE, {});
const cloud = readCloud(CLOUD);

const labels = (typed: string): readonly string[] | undefined =>
  complete(typed, typed.length, { workspace, cloud })?.suggestions.map(({ label }) => label);

describe('completion', () => {
  test('a slash offers every command', () => {
    expect(labels('/')).toEqual(['/deploy', '/rollback', '/status']);
  });

  test('a command being typed is completed by Enter, a complete one is sent', () => {
    expect(complete('/dep', 4, { workspace, cloud })).toMatchObject({ from: 0, isEager: true });
    expect(complete('/deploy', 7, { workspace, cloud })).toMatchObject({ isEager: false });
  });

  test('services come first, then what the service has: environments, and versions seen in the cloud', () => {
    expect(labels('/deploy ')).toEqual(['api']);
    expect(labels('/deploy api ')).toEqual([
      'staging',
      'production',
      'v1.3.0-broken',
      'v1.1.0',
      'v1.0.0',
      'v1.4.0-flaky',
    ]);
    expect(labels('/deploy api v1.4')).toEqual(['v1.4.0-flaky']);
    expect(labels('/deploy api v1.1.0 pr')).toEqual(['production']);
  });

  test('nothing more is offered once the environment stands there, but the usage still is', () => {
    const done = complete('/deploy api v1.1.0 staging ', 27, { workspace, cloud });
    expect(done).toMatchObject({ suggestions: [], hint: '/deploy service version environment' });
  });

  test('arguments never take Enter from sending', () => {
    expect(complete('/deploy a', 9, { workspace, cloud })?.isEager).toBe(false);
  });

  test('people and channels are found by how their names begin', () => {
    expect(labels('hello @b')).toEqual(['@bo']);
    expect(labels('see #')).toEqual(['#deploys', '#incidents', '#general']);
  });

  test('an emoji name becomes its glyph', () => {
    expect(complete('well :tad', 9, { workspace, cloud })?.suggestions[0]?.insert).toBe('🎉 ');
  });

  test('ordinary words are left alone', () => {
    expect(labels('hello there')).toBeUndefined();
    expect(labels('')).toBeUndefined();
    expect(labels('mail a@b')).toBeUndefined();
  });
});

describe('what is sent', () => {
  const directory = { users: workspace.users, channels: workspace.channels };

  test('text that begins with a slash is a command with its text as typed', () => {
    expect(readOutgoing('  /deploy  api v1.1.0 "a & b" ', directory)).toEqual({
      kind: 'command',
      command: '/deploy',
      text: 'api v1.1.0 "a & b"',
    });
  });

  test('names become mentions, unknown names and addresses stay', () => {
    expect(readOutgoing('@bo see #deploys, not @nobody or a@bo.', directory)).toEqual({
      kind: 'message',
      text: '<@U0BO> see <#C0DEPLOYS>, not @nobody or a@bo.',
    });
  });

  test('what would be markup is escaped', () => {
    expect(readOutgoing('<!channel> & <@U0BO>', directory)).toEqual({
      kind: 'message',
      text: '&lt;!channel&gt; &amp; &lt;@U0BO&gt;',
    });
  });

  test('nothing is sent for blanks', () => {
    expect(readOutgoing(' \n ', directory)).toEqual({ kind: 'nothing' });
  });
});

describe('the workspace and the cloud', () => {
  test('one can be everybody but the bot', () => {
    expect(people(workspace).map(({ name }) => name)).toEqual(['ana', 'bo', 'chen', 'dana']);
  });

  test('revisions stand newest first', () => {
    expect(cloud.services[0]?.revisions.map(({ version }) => version)).toEqual([
      'v1.3.0-broken',
      'v1.1.0',
      'v1.0.0',
    ]);
  });

  test.each([[undefined], [null], [[]], [{ services: 'x' }]])('a cloud that is none is empty: %j', (json) => {
    expect(readCloud(json)).toEqual({ services: [], calls: 0 });
  });
});
