import type { OperationView, StepState } from '../domain/operation.ts';
import type { PlannedStep } from '../domain/plan.ts';
import { recordStep } from '../store/steps.ts';
import { changeOperation } from './change.ts';
import type { OperationContext } from './context.ts';

/** Before the ID of the record of a step that takes another one back. */
export const UNDO = 'undo:';

/** The message is rendered again at least this often while a step runs, for its elapsed time. */
const REFRESH = 5_000;

/** What people and the database are told of a step that runs. */
export class StepRecord {
  /** The step's name in the operation's record. */
  readonly id: string;
  /** Whether a person may stop what it is doing now. */
  stoppable = false;
  readonly #context: OperationContext;
  readonly #operationId: string;
  readonly #step: PlannedStep;
  #told: string | null = null;
  #toldAt = 0;
  #lines = 0;

  constructor(
    context: OperationContext,
    run: { readonly operationId: string; readonly recordId: string; readonly step: PlannedStep },
  ) {
    this.#context = context;
    this.#operationId = run.operationId;
    this.id = run.recordId;
    this.#step = run.step;
  }

  get isUndo(): boolean {
    return this.id.startsWith(UNDO);
  }

  async put(state: StepState, message: string | null): Promise<OperationView> {
    this.#told = message;
    this.#toldAt = this.#context.clock().getTime();
    const at = this.#context.clock();
    const stoppable = this.stoppable && state === 'running';
    const change = { operationId: this.#operationId, stepId: this.id, state, message, stoppable, at };
    return changeOperation(this.#context, this.#operationId, async ({ tx, before, tell }) => {
      await recordStep(tx, change);
      if (state === 'succeeded' && before.stop !== null && !this.isUndo) {
        tell('ended-before-stop', { kind: 'ended-before-stop', step: this.#step.title });
      }
      const steps = before.steps.map((step) =>
        step.id === this.id ? { ...step, startedAt: step.startedAt ?? at } : step,
      );
      return { ...before, steps };
    });
  }

  /** Tells what the step is doing, when that changed or enough time went by. */
  async refresh(message: string): Promise<void> {
    const now = this.#context.clock().getTime();
    if (message === this.#told && now - this.#toldAt < REFRESH) return;
    await this.put('running', message);
  }

  /** A line of the thread, with what the other side says; one that cannot be stored fails nothing. */
  async log(text: string): Promise<void> {
    this.#lines += 1;
    const key = `log/${this.id}/${this.#lines}`;
    try {
      await changeOperation(this.#context, this.#operationId, async ({ tell }) =>
        tell(key, { kind: 'log', text }),
      );
    } catch (error) {
      this.#context.log.warn(
        { err: error, operation: this.#operationId, text },
        'a line for the thread was not stored',
      );
    }
  }

  /** What somebody wanted to stop goes on. */
  async tellNotStopped(why: string): Promise<void> {
    this.stoppable = false;
    const line = { kind: 'not-stopped', step: this.#step.title, why } as const;
    await changeOperation(this.#context, this.#operationId, async ({ tell }) =>
      tell(`not-stopped/${this.id}`, line),
    );
  }
}
