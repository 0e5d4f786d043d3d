/** @module What the stand-in answers to commands: a refusal, and the form that `/deploy` alone opens. */
import type { Json } from './messages.ts';

const plain = (text: string) => ({ type: 'plain_text', text, emoji: true });

export const REFUSAL =
  ':no_entry: I do not know the environment `prodution`.\nDid you mean *production*? Try `/deploy api v1.1.0 production`.';

/** The form that `/deploy` alone opens. */
export const FORM: Json = {
  id: 'V1',
  type: 'modal',
  callback_id: 'deploy',
  title: plain('Deploy'),
  submit: plain('Show the plan'),
  close: plain('Not now'),
  blocks: [
    {
      type: 'input',
      block_id: 'environment',
      label: plain('Environment'),
      element: {
        type: 'static_select',
        action_id: 'value',
        placeholder: plain('Where to?'),
        options: ['staging', 'production'].map((name) => ({ text: plain(name), value: name })),
      },
    },
    {
      type: 'input',
      block_id: 'version',
      label: plain('Version'),
      hint: plain('A tag, a branch, a commit or a digest'),
      element: {
        type: 'external_select',
        action_id: 'value',
        min_query_length: 0,
        placeholder: plain('Type to search'),
      },
    },
    {
      type: 'input',
      block_id: 'reason',
      label: plain('Reason'),
      element: {
        type: 'plain_text_input',
        action_id: 'value',
        multiline: true,
        placeholder: plain('What is it for?'),
      },
    },
    {
      type: 'input',
      block_id: 'options',
      optional: true,
      label: plain('Options'),
      element: {
        type: 'checkboxes',
        action_id: 'value',
        options: [
          { text: plain('Dry run'), description: plain('Shows the plan, changes nothing'), value: 'dry' },
        ],
      },
    },
    {
      type: 'input',
      block_id: 'when',
      optional: true,
      label: plain('Not before'),
      element: { type: 'datetimepicker', action_id: 'value' },
    },
  ],
};
