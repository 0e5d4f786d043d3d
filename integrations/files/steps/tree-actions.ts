import { z } from 'zod';
import { runTree, treeCommand } from '../host/script.ts';
import { look } from '../look.ts';
import { defineLook, type StepRun, succeeded } from './step.ts';
import { defineTreeAction } from './tree-work.ts';

const MINUTE = 60_000;
/** Records of operations that stay on the host. */
const RECORDS_KEPT = 20;

/** Copies what changes into a backup of its own; nothing may have changed since the plan. */
export const backup = defineTreeAction({
  verb: 'backup',
  name: 'backup',
  timeLimit: 28 * MINUTE,
  done: (run, name) => `${run.binding.backups}/${name}`,
});

/** Lets every file take its place by a rename; begun again, it goes on where it was. */
export const swap = defineTreeAction({
  verb: 'swap',
  name: 'swap',
  timeLimit: 12 * MINUTE,
  done: () => 'Every file took its place by a rename, and has the content that it must.',
});

/** Puts back what `swap` replaced, however far that came, and proves it by comparing. */
export const restore = defineTreeAction({
  verb: 'restore',
  name: 'undo-swap',
  timeLimit: 12 * MINUTE,
  done: async (run) => {
    const { tree } = await look(run.binding, run.context.signal);
    return `Compared by content: the files that changed are what they were, in a tree of ${tree.files.size}.`;
  },
});

/** Removes what the operation made, the oldest backups, and the oldest records. */
export const tidy = defineTreeAction({
  verb: 'tidy',
  name: 'tidy',
  timeLimit: 4 * MINUTE,
  data: (run) => [String(run.binding.config.backups.keep), String(RECORDS_KEPT)],
  done: (run, said) => {
    const removed = said === '' ? [] : said.split('\n');
    if (removed.length === 0) return 'No backup was too many.';
    run.context.log(`Removed, as ${run.binding.config.backups.keep} backups are kept: ${removed.join(', ')}`);
    return `Removed ${removed.join(', ')}.`;
  },
});

/** Takes back what was staged, and the backup of an operation that was put back. */
export const discard = defineLook(z.object({}), async (run: StepRun) => {
  const { binding, operation, context } = run;
  const argv = treeCommand('discard', binding.config.directory, operation, binding.backups);
  await runTree(binding.host, { argv, timeLimit: 4 * MINUTE }, context.signal);
  return succeeded('Nothing of it is left.');
});
