/** Looks, one a second. */
export const MISSED = 10;

/** The operations that run in this process. */
export interface Running {
  /**
   * Runs `work` for an operation, never beside itself: a run that the database has long forgotten may begin late, or
   * still be at its last step, when the next one comes.
   */
  during(operationId: string, work: () => Promise<void>): Promise<void>;
  /**
   * Of those that should run here, those that have been missed at {@link MISSED} looks in a row: what is just being
   * begun, or has just come to its end, does so before, also on a machine that is very busy. To resume what only begins
   * late would let another process run it beside this one.
   */
  dropped(expected: readonly string[]): readonly string[];
}

export function createRunning(): Running {
  const runs = new Map<string, Promise<void>>();
  let missed: ReadonlyMap<string, number> = new Map();
  return {
    during: (operationId, work) => {
      const run = after(runs.get(operationId), work);
      const settled = run
        .catch(() => undefined)
        .then(() => {
          if (runs.get(operationId) === settled) runs.delete(operationId);
        });
      runs.set(operationId, settled);
      return run;
    },
    dropped: (expected) => {
      const absent = expected.filter((id) => !runs.has(id));
      missed = new Map(absent.map((id) => [id, (missed.get(id) ?? 0) + 1]));
      return absent.filter((id) => (missed.get(id) ?? 0) >= MISSED);
    },
  };
}

async function after(before: Promise<void> | undefined, work: () => Promise<void>): Promise<void> {
  await before;
  await work();
}
