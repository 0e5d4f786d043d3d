import { Cron } from 'croner';

/** Times that come again and again: a cron expression of five parts, in a time zone. */
export interface Schedule {
  readonly cron: string;
  /** As in the IANA database: `Asia/Taipei`. */
  readonly timezone: string;
}

/** Why this is no schedule, in a few words; null for one that has a next time. */
export function scheduleProblem(schedule: Schedule): string | null {
  try {
    return nextTime(schedule, new Date()) === null ? 'it never comes' : null;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : String(error);
  }
}

/** The first time after that moment; null when there is none. */
export function nextTime(schedule: Schedule, after: Date): Date | null {
  return timesOf(schedule).nextRun(after);
}

/** The newest time that has come since that moment; null when none has. However many were missed, it is one. */
export function dueTime(schedule: Schedule, since: Date, now: Date): Date | null {
  // What comes in this very second has come.
  const [newest] = timesOf(schedule).previousRuns(1, new Date(now.getTime() + 1_000));
  return newest !== undefined && newest > since && newest <= now ? newest : null;
}

/** Never run by the library itself: it only tells times. */
function timesOf({ cron, timezone }: Schedule): Cron {
  return new Cron(cron, { timezone, mode: '5-part', paused: true });
}
