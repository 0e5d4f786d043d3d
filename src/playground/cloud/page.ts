import { z } from 'zod';
import { invalid } from './status-error.ts';

/** The fields of every List request (https://google.aip.dev/158). */
export const pageRequest = {
  parent: z.string(),
  pageSize: z.int().min(0).default(0),
  pageToken: z.string().default(''),
};

const defaultSize = 100;

/** One page of `items` and the token of the next one, which is empty on the last page. */
export function page<Item>(
  items: readonly Item[],
  request: { readonly pageSize: number; readonly pageToken: string },
): { readonly items: readonly Item[]; readonly nextPageToken: string } {
  const start = request.pageToken === '' ? 0 : decodeToken(request.pageToken);
  const end = start + (request.pageSize === 0 ? defaultSize : Math.min(request.pageSize, defaultSize));
  const nextPageToken = end < items.length ? Buffer.from(`from:${end}`).toString('base64url') : '';
  return { items: items.slice(start, end), nextPageToken };
}

function decodeToken(token: string): number {
  const match = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString());
  if (match === null) throw invalid(`Invalid page token '${token}'.`);
  return Number(match[1]);
}
