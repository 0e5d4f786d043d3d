import { WebAPIHTTPError, WebAPIRateLimitedError } from '@slack/web-api';
import type { PendingPicture } from '../store/pictures.ts';
import { type CallResult, outcomeOf, type Pending, type PublishingClient } from './calls.ts';

/** Sending the bytes takes no longer, or is taken for lost. */
const UPLOAD_LIMIT = 30_000;

/** Uploads a picture, which nobody sees yet, and returns the file's ID. */
export async function uploadPicture(
  { client, fetch }: { readonly client: PublishingClient; readonly fetch: typeof globalThis.fetch },
  { filename, alt }: PendingPicture,
  png: Uint8Array,
): Promise<CallResult<string>> {
  return outcomeOf(async () => {
    // Slack's reference calls it `alt_txt`; the client's own types have another name, which Slack ignores.
    const described = { filename, length: png.byteLength, alt_txt: alt };
    const { upload_url, file_id } = await client.files.getUploadURLExternal(described);
    if (upload_url === undefined || file_id === undefined) {
      throw new Error('files.getUploadURLExternal answered without an address');
    }
    const signal = AbortSignal.timeout(UPLOAD_LIMIT);
    const response = await fetch(upload_url, { method: 'POST', body: new Uint8Array(png), signal });
    await response.body?.cancel();
    if (!response.ok) throw refusalOf(response);
    return file_id;
  });
}

/**
 * Shows an uploaded picture in its thread, and returns the file's ID: Slack posts the message a little
 * later and does not tell its ts.
 */
export async function sharePicture(
  client: PublishingClient,
  { channelId, content, threadTs }: Pending,
  { fileId, title }: PendingPicture,
): Promise<CallResult<string>> {
  if (fileId === null) return { kind: 'refused', error: 'file_not_found' };
  const channel = { channel_id: channelId, initial_comment: content.text };
  return outcomeOf(async () => {
    await client.files.completeUploadExternal({
      ...(threadTs === null ? channel : { ...channel, thread_ts: threadTs }),
      files: [{ id: fileId, title }],
    });
    return fileId;
  });
}

/** What the address for uploads answered, in the errors of Slack's client. */
function refusalOf({ headers, status, statusText }: Response): Error {
  if (status === 429) return new WebAPIRateLimitedError(Number(headers.get('retry-after') ?? 1) || 1);
  return new WebAPIHTTPError(status, statusText, {});
}
