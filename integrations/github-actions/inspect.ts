import type { LiveState, Revision } from '../../src/domain/live-state.ts';
import { namedArtifact } from '../named-artifact.ts';
import type { WorkflowRun } from '../workflows.ts';
import type { ActionsBinding } from './binding.ts';
import { type Marker, readMarker } from './marker.ts';

/** A run of the workflow with what it was for; null where somebody else began it. */
export interface MarkedRun {
  readonly run: WorkflowRun;
  readonly marker: Marker | null;
}

/**
 * The runs that may have to do with this target, the one that was begun last first: ours for it, and those of others
 * for who knows what. An old run that somebody runs again is a new one.
 */
export async function runsOf({ workflows, config, ref }: ActionsBinding): Promise<readonly MarkedRun[]> {
  const runs = await workflows.runs(config.workflow);
  return runs
    .map((run) => ({ run, marker: readMarker(run.title) }))
    .filter(({ marker }) => marker === null || isSame(marker.target, ref))
    .sort((a, b) => begunAt(b) - begunAt(a) || Number(b.run.id) - Number(a.run.id));
}

function begunAt({ run }: MarkedRun): number {
  return Date.parse(run.startedAt);
}

/**
 * What serves, as far as runs tell: the last of ours that succeeded. Nobody knows where one was run again since and
 * did not succeed, for it succeeded before or not.
 */
export function servingRun(
  runs: readonly MarkedRun[],
): { readonly run: WorkflowRun; readonly marker: Marker } | null {
  for (const { run, marker } of runs) {
    if (marker === null) continue;
    if (run.conclusion === 'success') return { run, marker };
    if (run.attempt > 1) return null;
  }
  return null;
}

/** Changes with every run that may have changed what serves. */
export function fingerprintOf(runs: readonly MarkedRun[]): string {
  const newest = runs.find(({ run }) => run.conclusion === 'success' || run.attempt > 1)?.run;
  if (newest === undefined) return 'run none';
  return newest.attempt > 1 ? `run ${newest.id}, attempt ${newest.attempt}` : `run ${newest.id}`;
}

/** What the runs of the workflow say: nothing else knows what such a workflow did. */
export async function inspect(binding: ActionsBinding): Promise<LiveState> {
  const runs = await runsOf(binding);
  const serving = servingRun(runs);
  const since =
    serving === null
      ? runs
      : runs.slice(
          0,
          runs.findIndex(({ run }) => run.id === serving.run.id),
        );
  const others = since.filter(({ run, marker }) => marker === null && run.conclusion === 'success');
  const again = since.filter(({ run, marker }) => marker !== null && run.attempt > 1);
  const active = runs.filter(({ run, marker }) => marker !== null && run.status !== 'completed');
  return {
    traffic: serving === null ? [] : [{ revision: revisionName(serving.run), percent: 100 }],
    revisions: runs.flatMap(({ run, marker }) => (marker === null ? [] : [toRevision(binding, run, marker)])),
    health: { status: 'healthy' },
    url: binding.config.url ?? null,
    fingerprint: fingerprintOf(runs),
    notes: [
      ...(others.length > 0
        ? [
            `Since then ${others.length} ${others.length === 1 ? 'run was' : 'runs were'} begun by others; what they deployed where is not known.`,
          ]
        : []),
      ...again.map(({ run }) => `A run was run again, so what serves is not known: ${run.url}`),
      ...active.map(({ run }) => `A run is under way: ${run.url}`),
    ],
  };
}

/** The name of what a commit of the repository is, once it is deployed. */
export function artifactName({ workflows }: ActionsBinding, commit: string): string {
  return `git:${workflows.repository}@${commit}`;
}

export function revisionName({ id }: WorkflowRun): string {
  return `run-${id}`;
}

function toRevision(binding: ActionsBinding, run: WorkflowRun, { commit, version }: Marker): Revision {
  const good = run.conclusion === 'success';
  return {
    name: revisionName(run),
    digest: namedArtifact(version, artifactName(binding, commit)).digest,
    version,
    createdAt: run.createdAt,
    ready: good ? { is: true } : { is: false, reason: `the run is ${run.conclusion ?? run.status}` },
  };
}

function isSame(a: Marker['target'], b: Marker['target']): boolean {
  return a.service === b.service && a.environment === b.environment;
}
