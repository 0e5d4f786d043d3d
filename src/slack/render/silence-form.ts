import type { ModalView } from '@slack/web-api';
import { z } from 'zod';
import { parseDuration } from '../../config/duration.ts';
import { written } from '../../domain/written.ts';
import type { Words } from '../words/words.ts';
import { plainText } from './blocks.ts';
import type { FormState } from './form.ts';

/** The callback ID of the form of a silence. */
export const SILENCE_CALLBACK = 'slipway-silence';

const LONGEST_SILENCE = 30 * 86_400_000;
const LONGEST_REASON = 300;

/** What the form keeps: what is to be silenced, and where its answers belong. */
export const silenceMetadata = z.object({
  groupId: written,
  channelId: written,
  threadTs: written.optional(),
  responseUrl: written.optional(),
});
export type SilenceMetadata = z.output<typeof silenceMetadata>;

export interface SilenceValues {
  /** Milliseconds. */
  readonly duration: number;
  readonly reason: string;
}

/** Asks for how long and why. */
export function renderSilenceForm(words: Words, metadata: SilenceMetadata): ModalView {
  const its = words.alerts.silenceForm;
  return {
    type: 'modal',
    callback_id: SILENCE_CALLBACK,
    title: plainText(its.title, 24),
    submit: plainText(its.submit, 24),
    close: plainText(its.cancel, 24),
    private_metadata: JSON.stringify(metadata),
    blocks: [
      {
        type: 'input',
        block_id: 'duration',
        label: plainText(its.duration, 100),
        hint: plainText(its.durationHint, 150),
        element: { type: 'plain_text_input', action_id: 'slipway-silence:duration', initial_value: '2h' },
      },
      {
        type: 'input',
        block_id: 'reason',
        label: plainText(its.reason, 100),
        hint: plainText(its.reasonHint, 150),
        element: {
          type: 'plain_text_input',
          action_id: 'slipway-silence:reason',
          max_length: LONGEST_REASON,
        },
      },
    ],
  };
}

/** The values of a submitted form, or what is wrong by block. */
export function readSilenceForm(
  state: FormState,
  words: Words,
):
  | { readonly ok: true; readonly values: SilenceValues }
  | { readonly ok: false; readonly errors: { [blockId: string]: string } } {
  const its = words.alerts.silenceForm;
  const value = (block: string) => Object.values(state[block] ?? {})[0]?.value?.trim() ?? '';
  const duration = parseDuration(value('duration').toLowerCase());
  const reason = value('reason');
  const errors: { [blockId: string]: string } = {};
  if (duration === null || duration > LONGEST_SILENCE) errors.duration = its.wrongDuration;
  if (reason === '') errors.reason = its.noReason;
  if (duration === null || Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, values: { duration, reason } };
}
