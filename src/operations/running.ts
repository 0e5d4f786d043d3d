/** The operations that run in this process. */
export interface Running {
  /**
   * Runs `work` for an operation, never beside itself: a run that the database has long forgotten may begin late, or
   * still be at its last step, when the next one comes.
   */
  during(operationId: string, work: () => Promise<void>): Promise<void>;
  /**
   * Of those that should run here, those that ran neither now nor when this was asked before: what is just being
   * begun, or has just come to its end, does so by the next time.
   */
  dropped(expected: readonly string[]): readonly string[];
}

export function createRunning(): Running {
  const runs = new Map<string, Promise<void>>();
  let absentBefore: ReadonlySet<string> = new Set();
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
      const twice = absent.filter((id) => absentBefore.has(id));
      absentBefore = new Set(absent);
      return twice;
    },
  };
}

async function after(before: Promise<void> | undefined, work: () => Promise<void>): Promise<void> {
  await before;
  await work();
}
