import type { Payload } from './entities.ts';

/** Slack's own error codes, as far as this workspace refuses anything. */
export type ErrorCode =
  | 'account_inactive'
  | 'action_not_found'
  | 'already_reacted'
  | 'bad_timestamp'
  | 'bot_not_found'
  | 'cant_delete_message'
  | 'cant_update_message'
  | 'channel_not_found'
  | 'dispatch_failed'
  | 'duplicate_external_id'
  | 'exchanged_trigger_id'
  | 'expired_trigger_id'
  | 'file_not_found'
  | 'hash_conflict'
  | 'internal_error'
  | 'invalid_arguments'
  | 'invalid_attachments'
  | 'invalid_auth'
  | 'invalid_blocks'
  | 'invalid_blocks_format'
  | 'invalid_command'
  | 'invalid_cursor'
  | 'invalid_form_data'
  | 'invalid_json'
  | 'invalid_metadata_format'
  | 'invalid_metadata_schema'
  | 'invalid_name'
  | 'invalid_thread_ts'
  | 'invalid_trigger_id'
  | 'invalid_types'
  | 'is_archived'
  | 'message_not_found'
  | 'metadata_too_large'
  | 'method_not_supported_for_channel_type'
  | 'missing_scope'
  | 'msg_too_long'
  | 'no_reaction'
  | 'no_text'
  | 'no_such_subteam'
  | 'not_allowed_token_type'
  | 'not_authed'
  | 'not_found'
  | 'not_in_channel'
  | 'operation_timeout'
  | 'push_limit_reached'
  | 'ratelimited'
  | 'slash_command_in_thread'
  | 'thread_not_found'
  | 'too_many_attachments'
  | 'too_many_reactions'
  | 'too_many_websockets'
  | 'unknown_method'
  | 'url_verification_failed'
  | 'user_not_found'
  | 'user_not_in_channel'
  | 'users_not_found'
  | 'view_not_found';

/** Why something was not done, as Slack answers it. Nothing was changed. */
export interface Refusal {
  readonly ok: false;
  readonly error: ErrorCode;
  readonly [detail: string]: unknown;
}

/** What a method answers when it was done. */
export interface Answer {
  readonly ok: true;
  readonly [detail: string]: unknown;
}

export function refuse(error: ErrorCode, details: Payload = {}): Refusal {
  return { ...details, ok: false, error };
}

/** A refusal that lists what is wrong: each problem with its JSON pointer. */
export function refuseWith(error: ErrorCode, problems: readonly string[]): Refusal {
  const messages = problems.map((problem) => `[ERROR] ${problem}`);
  return refuse(error, { errors: problems, response_metadata: { messages } });
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}
