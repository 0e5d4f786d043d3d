import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import type { Json } from '../src/domain/json.ts';
import type { PlannedStep } from '../src/domain/plan.ts';
import type { DetachedRun, Host, RunState } from './host.ts';
import { maskSecrets } from './mask.ts';
import { type StepContext, type StopCapability, TargetError } from './target.ts';

/** A run that a step follows, as it is kept between looks. */
export const runHandle = z.object({ run: z.string(), from: z.number() });
export type RunHandle = z.output<typeof runHandle>;

/** What a look at a run brought. */
export type RunLook =
  | { readonly state: 'running'; readonly handle: RunHandle; readonly last: string }
  | { readonly state: 'ended'; readonly status: number; readonly output: string }
  | { readonly state: 'lost'; readonly why: string };

/** Milliseconds that a look stays for the end of a run. */
const PATIENCE = 1_500;
/** Characters of what a run said. */
const MOST_KEPT = 1_024 * 1_024;
/** The same of one that was asked to end; the host ends it by force before that. */
const STOPPING = 15_000;
/** Lines of one piece in a thread, and characters of one line. */
const MOST_LINES = 12;
const LONGEST_LINE = 160;

/** The run of a step: the same step of the same operation is the same run, whoever asks. */
export function runId(context: StepContext, stepId: string): string {
  return `${context.operationId.toLowerCase()}/${stepId.toLowerCase()}`;
}

export async function beginRun(host: Host, run: DetachedRun, context: StepContext): Promise<RunHandle> {
  await host.start(run, context.signal);
  return { run: run.id, from: 0 };
}

/** Looks at a run, and tells the operation's thread what it printed since, in one piece. */
export async function lookAtRun(host: Host, handle: RunHandle, context: StepContext): Promise<RunLook> {
  const look: RunState = await host.look(
    { id: handle.run, from: handle.from, wait: PATIENCE },
    context.signal,
  );
  if (look.state === 'absent')
    return { state: 'lost', why: `${host.name} does not know of this work any more` };
  tell(look.output, context);
  if (look.state === 'ended') return { state: 'ended', status: look.status, output: look.output };
  if (look.state === 'lost') return { state: 'lost', why: look.why };
  return { state: 'running', handle: { run: handle.run, from: look.next }, last: lastLine(look.output) };
}

/** How a run is with all that it said: one look brings one piece. Of more than 1 MiB, the end. */
export async function lookAtWhole(
  host: Pick<Host, 'look'>,
  request: { readonly id: string; readonly wait: number },
  signal: AbortSignal,
): Promise<RunState> {
  let look = await host.look({ ...request, from: 0 }, signal);
  let output = '';
  while (look.state === 'running' && look.output !== '') {
    output = (output + look.output).slice(-MOST_KEPT);
    look = await host.look({ id: request.id, from: look.next }, signal);
  }
  return look.state === 'absent' ? look : { ...look, output: output + look.output };
}

/** Asks a run to end, and waits until it has. */
export async function stopRun(host: Host, id: string, signal: AbortSignal): Promise<void> {
  await host.stop(id, signal);
  const { state } = await lookAtWhole(host, { id, wait: STOPPING }, signal);
  if (state === 'running') throw new TargetError('timeout', `The work on ${host.name} does not end.`);
}

/** Ends the run that a step follows, if its handle names one. */
export async function stopFollowed(host: Host, handle: Json, signal: AbortSignal): Promise<void> {
  const followed = runHandle.safeParse(handle);
  if (followed.success) await stopRun(host, followed.data.run, signal);
}

/** Every step is a run, or only looks: where none is to be ended, nothing goes on. */
export function stopsRuns(
  end: (handle: Json, context: StepContext, step: PlannedStep) => Promise<void>,
): StopCapability {
  return {
    stops: () => true,
    stop: async (step, handle, context) => {
      await end(handle, context, step);
      return null;
    },
  };
}

/** The last line that says something, for people; empty when there is none. */
export function lastLine(output: string): string {
  return linesOf(output).at(-1) ?? '';
}

function tell(output: string, context: StepContext): void {
  const lines = linesOf(output);
  if (lines.length === 0) return;
  const shown = lines.slice(-MOST_LINES);
  const left = lines.length - shown.length;
  context.log([...(left > 0 ? [`… ${left} lines before`] : []), ...shown].join('\n'));
}

/** Lines as a person would have seen them: what was written over on the same line is gone, and so are colours. */
function linesOf(output: string): readonly string[] {
  return stripVTControlCharacters(maskSecrets(output))
    .split('\n')
    .map((line) => line.trimEnd().split('\r').at(-1)?.trim() ?? '')
    .filter((line) => line !== '')
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line));
}
