/** Somebody as the directory (Slack) knows them at this moment. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  /** Why this account may do nothing, whatever its roles. Null for a full member. */
  readonly barred: 'bot' | 'guest' | 'deactivated' | 'other-workspace' | null;
  /** IDs and handles of the user groups that they belong to. */
  readonly groups: readonly string[];
}

/** Who asks for what the bot does by itself, in operations and in the audit trail. */
export const SLIPWAY = 'slipway';

/** Whoever can tell who somebody is. */
export interface People {
  /** Null when the look-up failed or there is nobody: either way they may do nothing. */
  person(id: string): Promise<Person | null>;
}
