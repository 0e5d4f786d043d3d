import {
  type Received,
  readButton,
  readCommand,
  readFilledForm,
  readFilledSilence,
  readMention,
  readReaction,
  readTyping,
} from '../../../src/slack/payloads.ts';
import { readFields, readForm } from '../../../src/slack/render/form.ts';
import { readSilenceForm } from '../../../src/slack/render/silence-form.ts';
import { en } from '../../../src/slack/words/en.ts';
import { fuzz } from './counting.ts';
import { mutated } from './mutation.ts';
import { expectRefusal, expectStorable } from './promises.ts';

const BOT = 'U0BO0000001';
const NOW = 1_700_000_000_000;
const SERVICES = [{ name: 'api', environments: ['staging', 'production'] }];

export const COMMAND = {
  team_id: 'T0LOCAL0001',
  command: '/deploy',
  text: 'api v1.2.0 production --reason "why"',
  user_id: 'U0ANA000001',
  channel_id: 'C0DEPLOYS01',
  trigger_id: '123.456.abc',
  response_url: 'https://hooks.slack.example/commands/1/2/3',
};
export const MENTION = {
  type: 'event_callback',
  team_id: 'T0LOCAL0001',
  event_id: 'Ev0123456789',
  event: {
    type: 'app_mention',
    user: 'U0ANA000001',
    text: `hey <@${BOT}> deploy api <https://v1.2.0|v1.2.0> &amp; go`,
    channel: 'C0DEPLOYS01',
    ts: '1700000000.000100',
    thread_ts: '1700000000.000000',
  },
};
export const REACTION = {
  type: 'event_callback',
  team_id: 'T0LOCAL0001',
  event_id: 'Ev0123456780',
  event: {
    type: 'reaction_added',
    user: 'U0BO0000001',
    reaction: 'white_check_mark::skin-tone-3',
    event_ts: '1700000000.000200',
    item_user: BOT,
    item: { type: 'message', channel: 'C0DEPLOYS01', ts: '1700000000.000100' },
  },
};
const ACTIONS = [
  { do: 'approve', operationId: 'op-1', planDigest: 'sha256:1' },
  { do: 'cancel', operationId: 'op-1' },
  { do: 'silence-alert', groupId: 'g', hours: 2 },
  { do: 'roll-back-target', groupId: 'g', service: 'api', environment: 'production' },
];
export const BUTTONS = ACTIONS.map((action) => ({
  type: 'block_actions',
  team: { id: 'T0LOCAL0001' },
  user: { id: 'U0BO0000001', team_id: 'T0LOCAL0001' },
  trigger_id: '123.456.abc',
  response_url: 'https://hooks.slack.example/actions/1/2/3',
  channel: { id: 'C0DEPLOYS01' },
  container: { type: 'message', message_ts: '1700000000.000100' },
  actions: [{ action_id: `slipway:${action.do}`, value: JSON.stringify(action) }],
}));
const METADATA = {
  channelId: 'C0DEPLOYS01',
  threadTs: '1.2',
  service: 'api',
  environment: null,
  groupId: 'g',
};
export const FORM = {
  type: 'view_submission',
  team: { id: 'T0LOCAL0001' },
  user: { id: 'U0ANA000001', team_id: 'T0LOCAL0001' },
  view: {
    id: 'V012345',
    hash: '156.abc',
    callback_id: 'slipway-form',
    private_metadata: JSON.stringify(METADATA),
    state: {
      values: {
        service: { 'slipway-form:service': { selected_option: { value: 'api' } } },
        environment: { 'slipway-form:environment': { selected_option: { value: 'production' } } },
        version: { 'slipway-form:version': { selected_option: { value: 'v1.1.0' } } },
        reason: { 'slipway-form:reason': { value: 'the fix' } },
        duration: { 'slipway-silence:duration': { value: '2h' } },
      },
    },
  },
};
const TYPING = { ...FORM, type: 'block_suggestion', value: '1.1' };

/** Reads a payload: what comes out can be stored, and what is refused is refused as such. */
function reads(
  name: string,
  runs: number,
  examples: readonly unknown[],
  read: (body: unknown) => Received<unknown>,
) {
  fuzz(name, runs, mutated(...examples), (body) => {
    try {
      expectStorable(read(body).value);
    } catch (error) {
      expectRefusal(error);
    }
  });
}

/** What Slack sends, whichever way it comes. */
export function fuzzSlackPayloads(runs: number): void {
  reads('Slack: commands', runs, [COMMAND], readCommand);
  reads('Slack: mentions', runs, [MENTION], (body) => readMention(body, BOT));
  reads('Slack: reactions', runs, [REACTION], (body) => readReaction(body, BOT));
  reads('Slack: buttons', runs, BUTTONS, (body) => readButton(body, NOW));
  reads('Slack: forms', runs, [FORM], (body) => {
    const { teamId, value } = readFilledForm(body);
    const read = readForm(value.state, SERVICES, en);
    return { teamId, value: [value, read, readFields(value.state)] };
  });
  reads('Slack: silences', runs, [FORM], (body) => {
    const { teamId, value } = readFilledSilence(body);
    return { teamId, value: [value, readSilenceForm(value.state, en)] };
  });
  reads('Slack: what is being typed', runs, [TYPING], readTyping);
}
