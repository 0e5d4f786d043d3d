/** How a command ends: as wanted, with something wrong found, or unable to do its work. */
export const EXIT = { ok: 0, problems: 1, unusable: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
