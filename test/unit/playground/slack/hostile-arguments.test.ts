import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMessageBlocks, parseView } from '../../../../src/playground/slack/block-kit/parse.ts';
import { COVERAGE, type MethodName } from '../../../../src/playground/slack/methods/coverage.ts';
import { isMethodName, METHODS } from '../../../../src/playground/slack/methods/registry.ts';
import { ANA, BOT, DEPLOYS, offlineWorkspace } from './offline-workspace.ts';

const NAMES = Object.keys(COVERAGE).filter(isMethodName);
const FIELDS = [
  ...['channel', 'channel_id', 'ts', 'timestamp', 'message_ts', 'thread_ts', 'text', 'blocks', 'attachments'],
  ...['metadata', 'name', 'user', 'users', 'view', 'view_id', 'trigger_id', 'actions', 'state', 'files'],
  ...['cursor', 'limit', 'oldest', 'latest', 'types', 'command', 'block_id', 'action_id', 'value', 'hash'],
];
const value = fc.oneof(
  fc.constantFrom(DEPLOYS, ANA.userId, '1.000001', '', '[]', '{}', 'null', '__proto__', '{"values":{}}'),
  fc.string(),
  fc.jsonValue(),
);
const argumentsOf = fc.dictionary(fc.constantFrom(...FIELDS), value);

test('a method answers whatever it is given, and never throws', async () => {
  const { call } = offlineWorkspace();
  const calls = fc.tuple(fc.constantFrom<MethodName>(...NAMES), fc.constantFrom(ANA, BOT), argumentsOf);
  await fc.assert(
    fc.asyncProperty(calls, async ([name, caller, args]) => {
      expect(METHODS[name]).toBeDefined();
      expect(await call(caller, name, args)).toHaveProperty('ok');
    }),
    { numRuns: 5000 },
  );
});

test('Block Kit of any shape is taken or refused, and never throws', () => {
  const keys = fc.constantFrom(
    'type',
    'text',
    'elements',
    'accessory',
    'element',
    'options',
    'block_id',
    'fields',
  );
  const types = fc.constantFrom(
    'section',
    'actions',
    'context',
    'input',
    'header',
    'button',
    'plain_text',
    'modal',
  );
  const block = fc.object({ key: keys, values: [types, fc.string()], maxDepth: 4, maxKeys: 4 });
  fc.assert(
    fc.property(fc.array(block, { maxLength: 3 }), (blocks) => {
      expect(parseMessageBlocks(blocks)).toBeDefined();
      expect(parseView({ type: 'modal', blocks })).toHaveProperty('error');
    }),
    { numRuns: 2000 },
  );
});
