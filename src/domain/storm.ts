import type { GroupState, Severity } from './alert.ts';

/** Many groups at once in one channel. */
export interface Storm {
  readonly id: string;
  readonly channel: string;
  readonly beganAt: Date;
  readonly endedAt: Date | null;
  /** Messages that its digest has taken so far. */
  readonly pages: number;
  /** When its digest was last made; null before the first. */
  readonly digestedAt: Date | null;
}

/** One group in a digest. */
export interface DigestRow {
  /** Its first alert's name, and how many alerts it has. */
  readonly name: string;
  readonly alerts: number;
  readonly severity: Severity;
  readonly service: string | null;
  readonly environment: string | null;
  readonly state: GroupState;
  /** What tells it from others of the same name; empty for nothing. */
  readonly apart: string;
}
