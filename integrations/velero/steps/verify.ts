import { z } from 'zod';
import { type StepProgress, TargetError } from '../../target.ts';
import { atVelero } from '../binding.ts';
import { BACKUPS } from '../cluster.ts';
import {
  compare,
  type Difference,
  type Inventory,
  inventoryOf,
  readInventory,
  takeInventory,
} from '../inventory.ts';
import { ANNOTATIONS, RESTORE_LABEL, requestName } from '../names.ts';
import { backup } from '../objects.ts';
import { counted } from '../phases.ts';
import { beginRestore, findRestore, followRestore, isProgress } from '../restores.ts';
import { emptyScratch, scratchProblem } from '../scratch.ts';
import { COMPARED_NAMES } from './restore.ts';
import { defineLook, failed, running, succeeded, type VeleroRun } from './step.ts';

const chosen = z.object({ backup: z.string(), scratch: z.string() });
type Chosen = z.output<typeof chosen>;

const MOST_NAMED = 8;

/** Restores what is compared into the scratch namespace, where its quota lets nothing run. */
export const restoreScratch = defineLook(chosen, restore);

async function restore(run: VeleroRun, { backup: name, scratch }: Chosen): Promise<StepProgress> {
  const { binding, context } = run;
  if ((await findRestore(run, 'verify')) === null) {
    const problem = await scratchProblem(binding, scratch, context.signal);
    if (problem !== null) return failed('invalid', problem);
    // What an earlier verification left there would be taken for what this one brings.
    if ((await emptyScratch(binding, scratch, context.signal)) > 0) return running(`emptying ${scratch}`);
    const namespaceMapping = { [binding.config.namespace]: scratch };
    const part = { namespaceMapping, includedResources: [...COMPARED_NAMES], restorePVs: false };
    await beginRestore(run, 'verify', { backupName: name, ...part });
  }
  const found = await followRestore(run, 'verify', `restoring ${name} into ${scratch}`);
  if (isProgress(found)) return found;
  const objects = counted(found.status.progress?.itemsRestored ?? 0, 'object') || 'nothing';
  return succeeded(`Restored into ${scratch}: ${objects}.`);
}

/** Compares what came back with what stood there when the backup was asked for, as far as that is known. */
export const compareScratch = defineLook(chosen, compareAll);

async function compareAll(run: VeleroRun, { backup: name, scratch }: Chosen): Promise<StepProgress> {
  const { binding, context } = run;
  const mark = requestName(context.operationId, 'verify');
  const found = await inventoryOf(binding, scratch, {
    signal: context.signal,
    select: ({ metadata }) => metadata.labels[RESTORE_LABEL] === mark,
  });
  const source = await binding.cluster.find(atVelero(binding, BACKUPS, name), backup, context.signal);
  if (source === null) throw new TargetError('not-found', `The backup ${name} is not there any more.`);
  const then = readInventory(source.metadata.annotations[ANNOTATIONS.inventory]);
  if (then !== null) return comparedWithThen(compare(then, found), scratch);
  return comparedWithNow(await takeInventory(binding, context.signal), found, scratch);
}

const NOT_COMPARED = 'Secrets, Services, routes and volumes were not restored there, and not compared.';

/** Slipway looked when it asked for the backup: whatever differs is wrong. */
function comparedWithThen({ same, missing, different }: Difference, scratch: string): StepProgress {
  const wrong = [
    ...(missing.length === 0 ? [] : [`it does not have ${named(missing)}`]),
    ...(different.length === 0 ? [] : [`${named(different)} came back with other content`]),
  ];
  if (wrong.length > 0) {
    const message = `What came back is not what stood there when the backup was asked for: ${wrong.join('; ')}.`;
    return failed('unhealthy', message);
  }
  if (same.size === 0) return failed('unhealthy', 'There is nothing in it that could be compared.');
  return succeeded(
    `Restored into ${scratch}: ${countsText(same)} as they were when the backup was asked for, by name and content. ${NOT_COMPARED}`,
  );
}

/** Others made it, and nobody knows what stood there then: only what is there now can be held against it. */
function comparedWithNow(now: Inventory | null, found: Inventory, scratch: string): StepProgress {
  const counts = new Map(Object.entries(found).map(([kind, names]) => [kind, Object.keys(names).length]));
  if (counts.size === 0) return failed('unhealthy', 'There is nothing in it that could be compared.');
  const { same, missing, different } = compare(now ?? {}, found);
  const nothingKnown = same.size === 0 && different.length === 0;
  if (missing.length > 0 && nothingKnown) {
    return failed('unhealthy', `Nothing that is there now is in it: it does not have ${named(missing)}.`);
  }
  const others = [
    ...(missing.length === 0 ? [] : [`without ${named(missing)}, which is there now`]),
    ...(different.length === 0 ? [] : [`${named(different)} with other content than now`]),
  ];
  const more = others.length === 0 ? '' : `; ${others.join('; ')}`;
  return succeeded(
    `Restored into ${scratch}: ${countsText(counts)}, held against what is there now${more}. Slipway did not make it, and does not know what stood there then. ${NOT_COMPARED}`,
  );
}

/** Deletes what was restored there; once its Restore has ended, so that nothing comes after it. */
export const clearScratch = defineLook(z.object({ scratch: z.string() }), clear);

async function clear(run: VeleroRun, { scratch }: { readonly scratch: string }): Promise<StepProgress> {
  if ((await findRestore(run, 'verify')) === null) return succeeded(`Nothing was restored into ${scratch}.`);
  const followed = await followRestore(run, 'verify', `restoring into ${scratch}`);
  if (isProgress(followed) && followed.phase === 'running') return followed;
  const left = await emptyScratch(run.binding, scratch, run.context.signal);
  return left > 0
    ? running(`deleting what was restored into ${scratch}`)
    : succeeded(`${scratch} is empty again.`);
}

/** “12 ConfigMaps and 1 Deployment”. */
function countsText(counts: ReadonlyMap<string, number>): string {
  const all = [...counts].map(([kind, count]) => counted(count, kind));
  const last = all.at(-1) ?? '';
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}

function named(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
