/** Every advisory lock that Slipway takes, in one place so that no two are the same number. */

/** Locks of one number. */
export const LOCKS = {
  /** Held while the schema is brought up to date. */
  migration: 7_054_001,
  /** Held by the one process that publishes to Slack, on a session of its own. Below 2³²: see pg_locks. */
  publisher: 7_054_002,
  /** Held while a line is appended to the audit trail. */
  audit: 7_054_003,
} as const;

/** The first half of locks of two numbers. */
export const LOCK_CLASSES = {
  /** With an executor's number: held while it lives. */
  executor: 7054,
  /** With a target's hash: held while an operation decides whether it may begin. */
  target: 7055,
  /** With the hash of what belongs together: held while a report of its alerts is stored. */
  alerts: 7056,
  /** With a channel's hash: held while it is decided whether alerts storm it. */
  storm: 7057,
} as const;
