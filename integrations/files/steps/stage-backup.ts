import { z } from 'zod';
import { isDigest } from '../../../src/domain/artifact.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { type Remembered, remembered } from '../backups.ts';
import type { Look } from '../look.ts';
import { type Restorable, restorable } from '../rollback.ts';
import { packed, wordsOf } from '../staging.ts';
import { contentDigest } from '../tree.ts';
import { asPlanned, isStaged, recordsOf, sendStaging } from './stage.ts';
import { defineLook, type StepRun, succeeded } from './step.ts';

const input = z.object({ backup: z.string(), digest: z.string().refine(isDigest), live: z.string() });
type Input = z.output<typeof input>;

/** Copies what backups remember into the operation’s own directory, on the host, and compares it by hash. */
export const stageBackup = defineLook(input, async (run, asked) => {
  if (await isStaged(run)) return succeeded('It is there.');
  const seen = await asPlanned(run, asked.live);
  const wanted = restorable(seen).find(({ name }) => name === asked.backup);
  const found =
    wanted === undefined ? null : await remembered(run.binding, seen.tree, wanted, run.context.signal);
  if (wanted === undefined || found === null || contentDigest(found.release.values()) !== asked.digest) {
    throw new TargetError('conflict', `${asked.backup} is not what it was when this was planned.`);
  }
  return copyBackup(run, asked, seen, { wanted, found });
});

async function copyBackup(
  run: StepRun,
  { digest }: Input,
  seen: Look,
  { wanted, found }: { readonly wanted: Restorable; readonly found: Remembered },
): Promise<StepProgress> {
  const { changes, release: next, sources } = found;
  const { version, at } = wanted.about.from;
  const records = recordsOf(run, seen, { version, digest, at, next, changes });
  const words = new Map([...wordsOf({ ...seen, changes, next, ...records }), ...copyLists(sources)]);
  await sendStaging(
    run,
    packed(words, noFiles(), () => ({ mode: 0o600, uid: 0, gid: 0 })),
  );
  return succeeded(`${changes.put.length} files were copied from backups and compared.`);
}

/** `from/BACKUP`: the paths that are copied from it. */
function copyLists(sources: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const lists = new Map<string, string>();
  for (const [path, backup] of sources) {
    lists.set(`from/${backup}`, `${lists.get(`from/${backup}`) ?? ''}${path}\n`);
  }
  return lists;
}

async function* noFiles(): AsyncIterable<never> {}
