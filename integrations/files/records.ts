import { z } from 'zod';
import { isDigest } from '../../src/domain/artifact.ts';

const digest = z.string().refine(isDigest);

/** What was deployed: enough to know it again in a tree. */
const deployed = z.object({
  /** The operation that did it; null for what was there before Slipway. */
  operation: z.string().nullable(),
  version: z.string().nullable(),
  /** Of its files. */
  digest,
  /** When it first came there; going back to it does not make it newer. */
  at: z.string(),
  /** Paths beside it that no release had. */
  kept: z.array(z.string()),
});
export type Deployed = z.output<typeof deployed>;

/** `.slipway/live.json`: what lives in the directory. */
export const marker = deployed.extend({
  operation: z.string(),
  by: z.string(),
  /** When this operation put it there. */
  placed: z.string(),
});
export type Marker = z.output<typeof marker>;

/** `.slipway/about.json` in a backup: what it was made before, and what was there then. */
export const aboutBackup = z.object({
  operation: z.string(),
  at: z.string(),
  /** Null where there was nothing. */
  from: deployed.extend({ proven: z.boolean() }).nullable(),
  to: z.object({ version: z.string().nullable(), digest }),
});
export type AboutBackup = z.output<typeof aboutBackup>;

/** A backup directory, by its name. */
export interface Backup {
  readonly name: string;
  readonly about: AboutBackup;
}

/** Reads a record that stands on the host; null for one that is not ours, or damaged. */
export function readRecord<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Where an operation keeps its words on the host. */
export function operationDirectory(directory: string, operationId: string): string {
  return `${directory}/.slipway/operations/${operationId}`;
}
