import { z } from 'zod';
import { isDigest, shortDigest } from '../../../src/domain/artifact.ts';
import type { StepProgress } from '../../target.ts';
import { somePaths } from '../live.ts';
import { look, releaseListing } from '../look.ts';
import { contentDigest } from '../tree.ts';
import { defineLook, type StepRun, succeeded } from './step.ts';

const input = z.object({ digest: z.string().refine(isDigest) });

/** Reads the live tree again and compares every file of it with what was approved. */
export const prove = defineLook(input, async (run, { digest }) => {
  const [{ tree }, listing] = await Promise.all([
    look(run.binding, run.context.signal),
    releaseListing(run.binding, run.context.operationId),
  ]);
  const approved = [...(listing ?? [])].map(([path, sha256]) => ({ path, sha256 }));
  // The list stands on the host; only its digest was approved.
  if (listing === null || contentDigest(approved) !== digest)
    return wrong(run, 'the list of its files is gone');
  const differing = approved.filter(({ path, sha256 }) => tree.files.get(path)?.sha256 !== sha256);
  if (differing.length > 0)
    return wrong(run, `these differ: ${somePaths(differing.map(({ path }) => path))}`);
  const beside = tree.files.size - approved.length;
  const others = beside === 0 ? '' : `; ${beside} ${beside === 1 ? 'file is' : 'files are'} there beside it`;
  return succeeded(
    `${approved.length} files are what was approved (${shortDigest(digest)}), by content${others}.`,
  );
});

function wrong({ binding }: StepRun, what: string): StepProgress {
  const message = `${binding.config.directory} is not what was approved: ${what}.`;
  return { phase: 'failed', problem: 'conflict', message };
}
