import type { Reading } from './binding.ts';
import type { WorkloadKind } from './names.ts';
import type { Autoscaler, Event } from './objects.ts';
import { desiredPods, rolloutState } from './rollout.ts';
import { scalingText } from './scaling.ts';
import { eventTime, isReady, troubleOf } from './trouble.ts';

/** Milliseconds after which a warning says nothing about now. */
const RECENT = 60 * 60_000;
const MOST_WARNINGS = 3;
const MOST_TROUBLES = 5;

/** What `/status` says beside shares and health: pods, autoscaler, troubles, warnings. */
export function notesOf(of: {
  readonly kind: WorkloadKind;
  readonly reading: Reading;
  readonly scaler: Autoscaler | null;
  readonly events: readonly Event[];
  readonly now: number;
}): readonly string[] {
  const { kind, reading, scaler, events, now } = of;
  const rollout = rolloutState(kind, reading.workload);
  return [
    podsNote(kind, reading),
    ...(rollout.state === 'waiting' ? [`A rollout is under way: ${rollout.message}.`] : []),
    ...(rollout.state === 'paused' ? [pausedNote(kind, rollout.message)] : []),
    ...(scaler === null ? [] : [scalingText(scaler)]),
    ...troubleNotes(reading, events),
    ...warningNotes(reading, events, now),
  ];
}

function pausedNote(kind: WorkloadKind, message: string): string {
  return kind === 'rollout'
    ? `Its rollout is paused: ${message}.`
    : 'Rollouts are paused (kubectl rollout resume goes on).';
}

function podsNote(kind: WorkloadKind, { workload, revisions }: Reading): string {
  const ready = revisions.flatMap(({ pods }) => pods).filter(isReady).length;
  return `${ready} of ${desiredPods(kind, workload)} pods ready`;
}

function troubleNotes({ pods }: Reading, events: readonly Event[]): readonly string[] {
  const troubles = pods.map((pod) => troubleOf(pod, events)).filter((one) => one !== null);
  const told = troubles.slice(0, MOST_TROUBLES).map(({ message }) => message);
  const rest = troubles.length - told.length;
  return rest > 0 ? [...told, `${rest} more pods in trouble`] : told;
}

/** The last warnings about the workload, its revisions and its pods, newest first. */
function warningNotes(reading: Reading, events: readonly Event[], now: number): readonly string[] {
  const names = new Set([
    reading.workload.metadata.name,
    ...reading.revisions.map(({ name }) => name),
    ...reading.pods.map(({ metadata }) => metadata.name),
  ]);
  return events
    .filter(({ involvedObject }) => names.has(involvedObject.name))
    .filter((one) => now - eventTime(one) < RECENT)
    .sort((a, b) => eventTime(b) - eventTime(a))
    .slice(0, MOST_WARNINGS)
    .map(
      (one) => `${ageText(now - eventTime(one))} ago: ${one.reason} ${one.involvedObject.name}: ${line(one)}`,
    );
}

function line({ message, count, series }: Event): string {
  const times = Math.max(count, series?.count ?? 0);
  const text = message.trim().split('\n')[0] ?? '';
  const short = text.length > 200 ? `${text.slice(0, 199)}…` : text;
  return times > 1 ? `${short} (${times} times)` : short;
}

function ageText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
