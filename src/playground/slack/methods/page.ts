import { z } from 'zod';
import { type Refusal, refuse } from '../refusal.ts';
import { count } from './method.ts';

/** Arguments of methods that answer in pages. */
export const pageArguments = { limit: count.default(100), cursor: z.string().default('') };

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Empty on the last page. */
  readonly next_cursor: string;
}

/** A page of a list; the cursor holds where the next one begins. */
export function page<Item>(
  items: readonly Item[],
  { limit, cursor }: { readonly limit: number; readonly cursor: string },
): Page<Item> | Refusal {
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace(/^at:/, ''));
  if (!Number.isInteger(start) || start < 0) return refuse('invalid_cursor');
  const end = start + Math.min(limit === 0 ? 100 : limit, 999);
  const next_cursor = end < items.length ? Buffer.from(`at:${end}`).toString('base64') : '';
  return { items: items.slice(start, end), next_cursor };
}
