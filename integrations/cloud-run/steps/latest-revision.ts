import { readinessOf, type ServiceReading } from '../reading.ts';
import type { FoundSplit } from '../traffic.ts';
import type { StepRun } from './step.ts';

/**
 * Whether “the latest ready revision” is the one that it was, and stays it. Once a newer revision is ready,
 * or may still become ready, giving back “the latest” would move traffic to what is being undone.
 */
export async function latestMeansTheSame(
  run: StepRun,
  service: ServiceReading,
  found: FoundSplit,
): Promise<boolean> {
  const latest = found.entries.find((entry) => entry.latest);
  if (latest === undefined) return true;
  if (service.latestReady !== latest.revision) return false;
  if (service.latestCreated === found.latestCreated) return true;
  const { api, names } = run.binding;
  const newer = await api.findRevision(names.revision(service.latestCreated), run.context.signal);
  return newer === null || readinessOf(newer).state === 'failed';
}

/** What people should know when a share of “the latest” was given back by name. */
export function pinNote(service: ServiceReading, found: FoundSplit): string {
  const followed = found.entries.some((entry) => entry.latest && entry.percent > 0);
  const follows = service.entries.some((entry) => entry.latest && entry.percent > 0);
  return followed && !follows ? ', now by name, because a newer revision exists' : '';
}
