import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../domain/json.ts';
import { LOCKS } from './advisory-locks.ts';
import type { Queryable } from './database.ts';

/** One line of the audit trail: who did what to what. */
export interface AuditEntry {
  /** A Slack user ID, or `slipway` for what the bot does by itself. */
  readonly actor: string;
  /** `operation.requested`, `approval.given`, `lock.closed` … */
  readonly action: string;
  /** What it was done to: an operation's ID, a lock's key. */
  readonly subject: string;
  readonly detail: JsonObject;
}

/** A stored line, chained to the one before it. */
export interface AuditRecord extends AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The hash that the first record stands on. */
export const GENESIS = '0'.repeat(64);

/** Appends a line, in the caller's transaction: what is undone is not in the trail. */
export async function appendAudit(tx: Queryable, entry: AuditEntry, at: Date): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCKS.audit]);
  const { rows } = await tx.query<{ seq: string; hash: string }>(
    'select seq, hash from slipway.audit order by seq desc limit 1',
  );
  const unsealed = {
    ...entry,
    seq: Number(rows[0]?.seq ?? 0) + 1,
    at: at.toISOString(),
    previousHash: rows[0]?.hash ?? GENESIS,
  };
  await tx.query(
    `insert into slipway.audit (seq, at, actor, action, subject, detail, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      unsealed.seq,
      unsealed.at,
      entry.actor,
      entry.action,
      entry.subject,
      JSON.stringify(entry.detail),
      unsealed.previousHash,
      sealAudit(unsealed),
    ],
  );
}

/** The hash of a record: SHA-256 over its canonical JSON, which includes the hash before it. */
export function sealAudit(record: Omit<AuditRecord, 'hash'>): string {
  const { seq, at, actor, action, subject, detail, previousHash } = record;
  const text = canonicalJson({ seq, at, actor, action, subject, detail, previousHash });
  return createHash('sha256').update(text).digest('hex');
}

/** Reads the trail in order, a thousand lines at a time. */
export async function* readAudit(db: Queryable): AsyncGenerator<AuditRecord> {
  for (let after = 0; ; ) {
    const { rows } = await db.query<AuditRow>(
      'select * from slipway.audit where seq > $1 order by seq limit 1000',
      [after],
    );
    for (const row of rows) {
      const record = toRecord(row);
      after = record.seq;
      yield record;
    }
    if (rows.length === 0) return;
  }
}

/** What checking the trail found; `brokenAt` is the number of the first line that is not as it was written. */
export type AuditVerdict =
  /** `head` is the last line's hash: kept elsewhere, it shows later that nothing was cut off or rewritten. */
  | { readonly ok: true; readonly records: number; readonly head: string }
  | { readonly ok: false; readonly brokenAt: number; readonly why: string };

/** Follows the chain from its first line: nothing changed, nothing missing, nothing put between. */
export async function verifyAudit(records: AsyncIterable<AuditRecord>): Promise<AuditVerdict> {
  let previousHash = GENESIS;
  let seq = 0;
  for await (const record of records) {
    seq += 1;
    if (record.seq !== seq) return { ok: false, brokenAt: seq, why: `line ${seq} is missing` };
    if (record.previousHash !== previousHash) {
      return { ok: false, brokenAt: seq, why: `line ${seq} does not follow the line before it` };
    }
    if (sealAudit(record) !== record.hash) {
      return { ok: false, brokenAt: seq, why: `line ${seq} is not as it was written` };
    }
    previousHash = record.hash;
  }
  return { ok: true, records: seq, head: previousHash };
}

interface AuditRow {
  readonly seq: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: JsonObject;
  readonly previous_hash: string;
  readonly hash: string;
}

function toRecord(row: AuditRow): AuditRecord {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    detail: row.detail,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
