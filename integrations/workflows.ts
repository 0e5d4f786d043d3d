/** One run of a workflow. */
export interface WorkflowRun {
  readonly id: string;
  /** What its `run-name` came to. */
  readonly title: string;
  readonly status: 'queued' | 'running' | 'completed';
  /** Null until it is completed: `success`, `failure`, `cancelled` … */
  readonly conclusion: string | null;
  /** The commit whose workflow file runs. */
  readonly commit: string;
  /** Where people read its log. */
  readonly url: string;
  readonly createdAt: string;
  /** When it was begun last: a run that is run again keeps its ID, and has another attempt. ISO 8601. */
  readonly startedAt: string;
  readonly attempt: number;
}

/** One job of a run. */
export interface WorkflowJob {
  readonly name: string;
  readonly status: 'queued' | 'running' | 'completed';
  readonly conclusion: string | null;
  /** Steps that are done, and all there are. */
  readonly done: number;
  readonly steps: number;
}

/** Workflows of one repository that are run by hand: what is asked for twice is done twice. */
export interface WorkflowHost {
  readonly repository: string;
  /** A file of the repository; null where there is none. */
  readFile(path: string, ref: string): Promise<string | null>;
  /** Runs that were begun by hand, newest first, the last hundred of them. */
  runs(workflow: string): Promise<readonly WorkflowRun[]>;
  run(id: string): Promise<WorkflowRun>;
  jobs(id: string): Promise<readonly WorkflowJob[]>;
  dispatch(
    workflow: string,
    request: { readonly ref: string; readonly inputs: Readonly<Record<string, string>> },
  ): Promise<void>;
  cancel(id: string): Promise<void>;
  /** Whether the bot may begin runs there; null where that cannot be told without trying. */
  mayRun(): Promise<boolean | null>;
}
