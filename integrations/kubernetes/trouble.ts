import type { Condition, ContainerStatus, Event, Pod } from './objects.ts';

/** What is wrong with one pod, in the words that `kubectl describe` has for it. */
export interface Trouble {
  readonly pod: string;
  /** `ImagePullBackOff`, `CrashLoopBackOff`, `Unschedulable`, `NotReady`… */
  readonly reason: string;
  /** One line for people: “techassist-api-x: CrashLoopBackOff: it exited with 1, 4 restarts”. */
  readonly message: string;
  /** The container whose last lines say more, and whether they are those of the run before; null for none. */
  readonly log: { readonly container: string; readonly previous: boolean } | null;
}

/** Reasons to wait that every pod has for a moment. */
const ORDINARY = ['', 'ContainerCreating', 'PodInitializing'];

/** The worst that can be said of a pod; null when it is ready, ends, or only begins. */
export function troubleOf(pod: Pod, events: readonly Event[]): Trouble | null {
  if (pod.metadata.deletionTimestamp !== null || isReady(pod)) return null;
  return (
    unschedulable(pod, events) ?? evicted(pod) ?? containerTrouble(pod, events) ?? probeTrouble(pod, events)
  );
}

export function isReady({ status }: Pod): boolean {
  return status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True');
}

function unschedulable(pod: Pod, events: readonly Event[]): Trouble | null {
  const condition = pod.status.conditions.find(
    ({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable',
  );
  if (condition === undefined) return null;
  const told = condition.message || lastEvent(pod, events, ['FailedScheduling']);
  return trouble(pod, 'Unschedulable', `no node takes it: ${told || 'the scheduler does not say why'}`);
}

function evicted(pod: Pod): Trouble | null {
  const { phase, reason, message } = pod.status;
  if (phase !== 'Failed') return null;
  return trouble(pod, reason || 'Failed', message || 'it has failed');
}

function containerTrouble(pod: Pod, events: readonly Event[]): Trouble | null {
  const statuses = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses];
  const found = statuses.map((status) => stuck(pod, status, events)).filter((one) => one !== null);
  return found[0] ?? null;
}

function stuck(pod: Pod, status: ContainerStatus, events: readonly Event[]): Trouble | null {
  const { waiting, terminated } = status.state;
  if (waiting != null && !ORDINARY.includes(waiting.reason)) {
    const crashed = waiting.reason === 'CrashLoopBackOff';
    const told = crashed ? exitText(status) : waiting.message || lastEvent(pod, events, ['Failed']);
    const log = crashed ? { container: status.name, previous: true } : null;
    return trouble(pod, waiting.reason, told, log);
  }
  const isMain = pod.status.containerStatuses.includes(status);
  if (terminated != null && (isMain || terminated.exitCode !== 0)) {
    const log = { container: status.name, previous: false };
    return trouble(pod, terminated.reason || 'Terminated', exitText(status), log);
  }
  return null;
}

/** “it exited with 137 (OOMKilled), 4 restarts”. */
function exitText({ name, state, lastState, restartCount }: ContainerStatus): string {
  const ended = state.terminated ?? lastState.terminated;
  const restarts = `${restartCount} ${restartCount === 1 ? 'restart' : 'restarts'}`;
  if (ended == null) return `${name} keeps ending, ${restarts}`;
  const why = ended.reason === '' || ended.reason === 'Error' ? '' : ` (${ended.reason})`;
  const said = ended.message === '' ? '' : `: ${firstLine(ended.message)}`;
  return `${name} exited with ${ended.exitCode}${why}, ${restarts}${said}`;
}

/** It runs, but it is not ready: only its probes can say why. */
function probeTrouble(pod: Pod, events: readonly Event[]): Trouble | null {
  const running = pod.status.containerStatuses.find(({ state, ready }) => state.running != null && !ready);
  const told = lastEvent(pod, events, ['Unhealthy', 'ProbeWarning']);
  if (running === undefined || (told === '' && running.restartCount === 0)) return null;
  const log = { container: running.name, previous: false };
  return trouble(
    pod,
    'NotReady',
    told || `${running.name} is not ready, ${running.restartCount} restarts`,
    log,
  );
}

function lastEvent(pod: Pod, events: readonly Event[], reasons: readonly string[]): string {
  const found = events
    .filter(
      ({ involvedObject }) => involvedObject.kind === 'Pod' && involvedObject.name === pod.metadata.name,
    )
    .filter(({ reason }) => reasons.includes(reason))
    .sort((a, b) => eventTime(b) - eventTime(a));
  return firstLine(found[0]?.message ?? '');
}

/** Milliseconds since 1970 of an event's last occurrence. */
export function eventTime({ series, lastTimestamp, eventTime, firstTimestamp, metadata }: Event): number {
  const time =
    series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp;
  return time == null ? 0 : Date.parse(time);
}

/** Pods that a controller cannot even make: a quota, a policy, an admission webhook. */
export function creationTrouble(conditions: readonly Condition[]): string | null {
  const failure = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  return failure === undefined ? null : `No pods can be made: ${firstLine(failure.message)}`;
}

const MOST_TOLD = 3;

/** The troubles as one line, the same trouble of several pods told once. */
export function troubleText(troubles: readonly Trouble[]): string {
  const groups = new Map<string, Trouble[]>();
  for (const one of troubles) {
    const what = one.message.slice(one.pod.length);
    groups.set(what, [...(groups.get(what) ?? []), one]);
  }
  const told = [...groups.entries()].slice(0, MOST_TOLD).map(([what, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return `${first?.pod ?? ''}${more}${what}`;
  });
  const rest = groups.size - told.length;
  return [...told, ...(rest > 0 ? [`${rest} other troubles`] : [])].join('; ');
}

function trouble(pod: Pod, reason: string, told: string, log: Trouble['log'] = null): Trouble {
  const name = pod.metadata.name;
  const said = told === '' ? '' : `: ${firstLine(told)}`;
  return { pod: name, reason, message: `${name}: ${reason}${said}`, log };
}

const LONGEST = 300;

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
