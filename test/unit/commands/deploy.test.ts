import { describe, expect, it } from 'vitest';
import type { Command } from '../../../commands/command.ts';
import { deploy } from '../../../commands/deploy.ts';
import type { Refusal } from '../../../src/domain/refusal.ts';
import { anywhere, inDeploys } from './vocabulary.ts';

const DIGEST = `sha256:${'3f'.repeat(32)}`;
const plain = { dryRun: false, options: { emergency: null, reason: null } };

function understood(text: string, vocabulary = anywhere): Command {
  const outcome = deploy.parse(text, vocabulary);
  if (!outcome.ok) throw new Error(`${text}: ${JSON.stringify(outcome.refusal)}`);
  return outcome.value;
}

function refused(text: string, vocabulary = anywhere): Refusal {
  const outcome = deploy.parse(text, vocabulary);
  if (outcome.ok) throw new Error(`${text}: ${JSON.stringify(outcome.value)}`);
  return outcome.refusal;
}

function shipping(service: string, version: string, environment: string): Command {
  return { name: 'deploy', targets: [{ service, environment }], version, ...plain };
}

describe('/deploy service version environment', () => {
  it.each([
    'api v1.2.0 production',
    'api v1.2.0 to production',
    'api@v1.2.0 production',
    'api@v1.2.0 to prod',
    'backend v1.2.0 prod',
    '  api   v1.2.0\u00a0production\n',
    'api v1.2.0 prod\u200b',
  ])('reads “%s”', (text) => {
    expect(understood(text)).toEqual(shipping('api', 'v1.2.0', 'production'));
  });

  it.each([
    'main',
    'feature/login',
    '4f2c1ab',
    '1.2.0+build.7',
    DIGEST,
  ])('passes on the version %s as typed', (version) => {
    expect(understood(`api ${version} staging`)).toEqual(shipping('api', version, 'staging'));
  });

  it.each([
    'api,frontend v1.2.0 production',
    'api, web v1.2.0 to production',
    'backend ,frontend@v1.2.0 prod',
  ])('reads several services in “%s”', (text) => {
    expect(understood(text)).toMatchObject({
      targets: [
        { service: 'api', environment: 'production' },
        { service: 'frontend', environment: 'production' },
      ],
      version: 'v1.2.0',
    });
  });

  it('lets several services only go where all of them run', () => {
    expect(refused('api,worker v1.2.0 production')).toEqual({
      code: 'no-such-target',
      target: { service: 'worker', environment: 'production' },
      environments: ['staging'],
    });
  });
});

describe('the defaults of a channel', () => {
  it.each([
    ['v1.2.0', shipping('api', 'v1.2.0', 'production')],
    ['main', shipping('api', 'main', 'production')],
    ['v1.2.0 staging', shipping('api', 'v1.2.0', 'staging')],
    ['v1.2.0 to stg', shipping('api', 'v1.2.0', 'staging')],
    ['main to stg', shipping('api', 'main', 'staging')],
    ['frontend v1.2.0', shipping('frontend', 'v1.2.0', 'production')],
    ['web@v1.2.0', shipping('frontend', 'v1.2.0', 'production')],
  ])('complete “%s”', (text, command) => {
    expect(understood(text, inDeploys)).toEqual(command);
  });

  it('do not stand in for a service with a typing error', () => {
    expect(refused('frontned v1.2.0 production', inDeploys)).toMatchObject({
      role: 'service',
      nearest: ['frontend'],
    });
    expect(refused('frontned production', inDeploys)).toMatchObject({ role: 'service', word: 'frontned' });
    expect(refused('frontned', inDeploys)).toMatchObject({ role: 'service', word: 'frontned' });
    expect(refused('frontned v1.2.0', inDeploys)).toMatchObject({ role: 'service', word: 'frontned' });
  });

  it('do not stand in for a subcommand with a typing error', () => {
    expect(refused('histroy', inDeploys)).toMatchObject({ word: 'histroy', nearest: ['history'] });
    expect(refused('hlep', inDeploys)).toMatchObject({ word: 'hlep' });
  });

  it('do not stand in for an environment with a typing error', () => {
    expect(refused('main prodution', inDeploys)).toMatchObject({
      role: 'environment',
      word: 'prodution',
      understood: ['service api', 'version main'],
      nearest: ['production'],
    });
  });

  it('do not stand in for an environment that was begun with “to”', () => {
    expect(refused('v1.2.0 to', inDeploys)).toMatchObject({ code: 'missing-word', role: 'environment' });
  });
});

describe('a word in the wrong place', () => {
  it('is refused with what was understood, what was not, and the nearest spelling', () => {
    expect(refused('apii v1.2.0 production')).toEqual({
      code: 'unknown-word',
      role: 'service',
      word: 'apii',
      understood: [],
      nearest: ['api'],
      allowed: ['api', 'frontend', 'worker'],
    });
    expect(refused('api v1.2.0 prodd --reason "x y"')).toEqual({
      code: 'unknown-word',
      role: 'environment',
      word: 'prodd',
      understood: ['service api', 'version v1.2.0', '--reason "x y"'],
      nearest: ['prod'],
      allowed: ['staging', 'production'],
    });
  });

  it.each([
    ['api v1.2.0 production now', 'now'],
    ['api v1.2.0 production staging', 'staging'],
    ['api v1.2.0 to production to', 'to'],
    ['api@v1.2.0 production v1.2.0', 'v1.2.0'],
    ['api,api v1.2.0 production', 'api'],
    ['api,backend v1.2.0 production', 'backend'],
    ['api v1.2.0 production "because"', '"because"'],
  ])('is one too many in “%s”', (text, word) => {
    expect(refused(text)).toMatchObject({ code: 'unknown-word', role: 'word', word });
  });

  it.each([
    ['API v1.2.0 production', 'service', 'API'],
    ['"api" v1.2.0 production', 'service', '"api"'],
    ['api,, v1.2.0 production', 'service', ''],
    ['production api v1.2.0', 'version', 'production'],
    ['api ../../x production', 'version', '../../x'],
    ['api v1.2.0;rm production', 'version', 'v1.2.0;rm'],
    ['api a..b production', 'version', 'a..b'],
    ['api sha256:12 production', 'version', 'sha256:12'],
    ['api @v1.2.0 production', 'version', '@v1.2.0'],
    ['api v1.2.0 Production', 'environment', 'Production'],
    ['api v1.2.0 staging,production', 'environment', 'staging,production'],
    ['api v1.2.0 - production', 'environment', '-'],
  ])('is not guessed at in “%s”', (text, role, word) => {
    expect(
      refused(text, { ...anywhere, defaults: { service: 'worker', environment: 'staging' } }),
    ).toMatchObject({
      code: 'unknown-word',
      role,
      word,
    });
  });

  it('is not taken for a version when it names something else', () => {
    expect(refused('api staging', inDeploys)).toMatchObject({
      code: 'missing-word',
      role: 'version',
      understood: ['service api', 'environment staging'],
    });
    expect(refused('api to production', inDeploys)).toMatchObject({ code: 'missing-word', role: 'version' });
    expect(refused('staging', inDeploys)).toMatchObject({ code: 'missing-word', role: 'version' });
    expect(refused('api staging production')).toMatchObject({ role: 'version', nearest: ['api@staging'] });
    expect(refused('api frontend v1.2.0 production')).toMatchObject({
      role: 'version',
      nearest: ['api,frontend'],
    });
    expect(refused('api@production', inDeploys)).toMatchObject({ code: 'missing-word', role: 'environment' });
  });

  it('is a version all the same behind an @ when the environment is said', () => {
    expect(understood('api@staging production')).toEqual(shipping('api', 'staging', 'production'));
  });
});

describe('a word that is missing', () => {
  it.each([
    ['v1.2.0', 'service'],
    ['v1.2.0 production', 'service'],
    ['api', 'version'],
    ['api,frontend', 'version'],
    ['api@ production', 'version'],
    ['api v1.2.0', 'environment'],
    ['api v1.2.0 to', 'environment'],
    ['--dry-run', 'service'],
  ])('is asked for after “%s”', (text, role) => {
    expect(refused(text)).toMatchObject({ code: 'missing-word', role });
  });
});

describe('the flags of /deploy', () => {
  it.each([
    'api v1.2.0 production --dry-run --reason "fixes login"',
    '--dry-run api v1.2.0 --reason="fixes login" production',
    'api v1.2.0 production —dry-run —reason “fixes login”',
    'api v1.2.0 –reason=‘fixes login’ production –dry-run',
    "api v1.2.0 production --reason '  fixes\n login ' --dry-run",
  ])('stand anywhere and as phones type them: %s', (text) => {
    expect(understood(text)).toEqual({
      ...shipping('api', 'v1.2.0', 'production'),
      dryRun: true,
      options: { emergency: null, reason: 'fixes login' },
    });
  });

  it.each([
    ['--emergency "site down"', 'site down'],
    ['—emergency “can’t log in”', 'can’t log in'],
    ['--emergency ‘can’t log in’', 'can’t log in'],
    ['--emergency \'it says "no" to me\'', 'it says "no" to me'],
    ['--emergency "a &lt;b&gt; &amp;amp; c"', 'a <b> &amp; c'],
    [
      '--emergency "ask <@U123|ana> in <#C9|ops>, see <https://x.y/z>"',
      'ask @ana in #ops, see https://x.y/z',
    ],
    ['--emergency hotfix', 'hotfix'],
    ['--emergency="production"', 'production'],
    ['--emergency "--dry-run"', '--dry-run'],
  ])('take a text: %s', (flag, emergency) => {
    expect(understood(`api v1.2.0 production ${flag}`)).toMatchObject({
      dryRun: false,
      options: { emergency, reason: null },
    });
  });

  it.each([
    ['--force', 'flag', '--force'],
    ['--emergancy "site down"', 'flag', '--emergancy'],
    ['-dry-run', 'flag', '-dry-run'],
    ['--dry-run=yes', 'text', 'yes'],
    ['--dry-run "yes"', 'text', 'yes'],
    ['--dry-run --dry-run', 'word', '--dry-run'],
    ['--reason "a" --reason "b"', 'word', '--reason "b"'],
    ['--emergency "site down', 'text', '"site down'],
    ['—emergency “site down', 'text', '“site down'],
    ['--reason site down', 'word', 'down'],
  ])('are refused when wrong: %s', (flag, role, word) => {
    expect(refused(`api v1.2.0 production ${flag}`)).toMatchObject({ code: 'unknown-word', role, word });
  });

  it.each([
    '--reason',
    '--reason ""',
    '--reason “ ”',
    '--reason=',
    '--reason "…"',
    '--emergency --dry-run',
  ])('want a text that says something: %s', (flag) => {
    expect(refused(`api v1.2.0 production ${flag}`)).toMatchObject({ code: 'missing-word', role: 'text' });
  });

  it.each([
    '--emergency api v1.2.0 production',
    '--emergency v1.2.0 production',
    '--reason help',
    '--reason to',
  ])('do not take a word of the sentence for their text: %s', (text) => {
    expect(refused(text, inDeploys)).toMatchObject({ code: 'unknown-word', role: 'text' });
  });

  it('are refused with what the words and the other flags said', () => {
    expect(refused('api v1.2.0 production --reson "x" --dry-run')).toMatchObject({
      word: '--reson',
      understood: ['service api', 'version v1.2.0', 'environment production', '--dry-run'],
      nearest: ['--reason'],
      allowed: ['--dry-run', '--emergency', '--reason', '--during-incident', '--only'],
    });
  });

  it('are refused with the closing quote where it is missing', () => {
    expect(refused('api v1.2.0 production --reason "db down')).toMatchObject({ nearest: ['"db down"'] });
  });
});

describe('/deploy without a version', () => {
  it('opens the form, with what the channel is about', () => {
    expect(understood('')).toEqual({ name: 'deploy-form', service: null, environment: null });
    expect(understood(' \n', inDeploys)).toEqual({
      name: 'deploy-form',
      service: 'api',
      environment: 'production',
    });
  });

  it.each([
    'help',
    '?',
    '-h',
    '--help',
    '—help',
    'api v1.2.0 production --help',
    'lock help',
    'history -h',
  ])('explains itself: %s', (text) => {
    expect(understood(text)).toEqual({ name: 'help', command: 'deploy' });
  });

  it('lists the history of everything or of one service', () => {
    expect(understood('history', inDeploys)).toEqual({ name: 'history', service: null });
    expect(understood('history backend')).toEqual({ name: 'history', service: 'api' });
    expect(refused('history apo')).toMatchObject({ role: 'service', word: 'apo', nearest: ['api'] });
    expect(refused('history api staging')).toMatchObject({ role: 'word', word: 'staging' });
    expect(refused('history --all')).toMatchObject({ role: 'flag', word: '--all' });
  });
});

describe('/deploy stop', () => {
  const target = { service: 'api', environment: 'production' };

  it('means what runs there, in the words of the place or of the channel', () => {
    expect(understood('stop api prod')).toEqual({ name: 'stop', target });
    expect(understood('stop production', inDeploys)).toEqual({ name: 'stop', target });
  });

  it.each([
    ['stop', 'missing-word'],
    ['stop api', 'missing-word'],
    ['stop api prodution', 'unknown-word'],
    ['stop api production now', 'unknown-word'],
    ['stop api v1.2.0 production', 'unknown-word'],
  ])('is refused where that is not clear: %s', (text, code) => {
    expect(refused(text)).toMatchObject({ code });
  });
});

describe('/deploy lock and unlock', () => {
  it.each([
    ['everything', { kind: 'everything' }],
    ['prod', { kind: 'environment', environment: 'production' }],
    ['web', { kind: 'service', service: 'frontend' }],
    ['api staging', { kind: 'target', service: 'api', environment: 'staging' }],
  ])('close and open %s', (words, scope) => {
    expect(understood(`lock ${words} "moving data"`)).toEqual({
      name: 'lock',
      scope,
      reason: 'moving data',
      duration: null,
    });
    expect(understood(`unlock ${words}`)).toEqual({ name: 'unlock', scope });
  });

  it.each([
    'api “moving data” for 2h',
    'api for 2h "moving data"',
    'api for 2h --reason "moving data"',
  ])('take an end: %s', (words) => {
    expect(understood(`lock ${words}`)).toMatchObject({ reason: 'moving data', duration: 7_200_000 });
  });

  it.each([
    ['lock api', 'text'],
    ['lock api ""', 'text'],
    ['lock api for 2h', 'text'],
    ['lock "moving data"', 'service'],
    ['lock', 'service'],
    ['unlock', 'service'],
    ['lock api "x" for', 'duration'],
  ])('ask for what is missing in “%s”, whatever the channel is about', (text, role) => {
    expect(refused(text, inDeploys)).toMatchObject({ code: 'missing-word', role });
  });

  it.each([
    ['lock apo "x"', 'service', 'apo', ['api']],
    ['lock api prodution "x"', 'environment', 'prodution', ['production']],
    ['lock api moving data', 'word', 'moving', ['"moving data"']],
    ['lock production api "x"', 'word', 'api', ['"api x"']],
    ['lock api "x" for 2 hours', 'duration', '2', []],
    ['lock api "x" for 0h', 'duration', '0h', []],
    ['lock api "x" for "2h"', 'duration', '"2h"', []],
    ['lock api "x" "y"', 'word', '"y"', []],
    ['lock api "x" --reason "y"', 'word', '"x"', []],
    ['lock api "x" --force', 'flag', '--force', []],
    ['lock everything everything "x"', 'word', 'everything', ['"everything x"']],
    ['unlock api staging now', 'word', 'now', []],
    ['unlock api "x"', 'word', '"x"', []],
    ['unlock nothing', 'service', 'nothing', ['everything']],
  ])('refuse what they do not know in “%s”', (text, role, word, nearest) => {
    expect(refused(text)).toMatchObject({ code: 'unknown-word', role, word, nearest });
  });

  it('refuse a target that does not exist', () => {
    expect(refused('lock worker production "x"')).toMatchObject({ code: 'no-such-target' });
  });
});
