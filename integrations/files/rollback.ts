import type { TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import type { RollbackCapability } from '../target.ts';
import { remembered } from './backups.ts';
import type { FilesBinding } from './binding.ts';
import { ensurePossible } from './change-set.ts';
import { asFileChanges } from './compare.ts';
import { describeDrift, liveDigest, liveVersion } from './live.ts';
import { type Look, lookAt } from './look.ts';
import { liveEnd } from './plan.ts';
import { rollbackSteps } from './plan-steps.ts';
import type { AboutBackup, Backup } from './records.ts';

type Request = Parameters<RollbackCapability['plan']>[0];

/** A backup of something: what stood there before it was made. */
export type Restorable = Backup & { readonly about: { readonly from: NonNullable<AboutBackup['from']> } };

/** Going back is putting back what backups remember. Reads only, and needs nothing but the host. */
export async function planRollback(
  binding: FilesBinding,
  { live, to, good }: Request,
): Promise<Outcome<TargetPlan>> {
  const seen = await lookAt(binding, live);
  if (to !== null && isLive(seen, to)) {
    return refuse({ code: 'already-serving', target: binding.ref, version: to });
  }
  const wanted = to === null ? lastGood(seen, good) : named(seen, to);
  if (wanted === null) return noSuchRevision(binding, seen, to);
  const { from } = wanted.about;
  const name = from.version ?? wanted.name;
  const { changes } = await remembered(binding, seen.tree, wanted);
  if (changes.put.length === 0 && changes.removed.length === 0) {
    return refuse({ code: 'already-serving', target: binding.ref, version: name });
  }
  ensurePossible(seen.tree, changes, binding.config.directory);
  return accept({
    from: liveEnd(live),
    to: { version: from.version, digest: from.digest, revision: wanted.name },
    artifact: null,
    steps: rollbackSteps(binding, { backup: wanted.name, name, digest: from.digest, live: live.fingerprint }),
    live: live.fingerprint,
    files: asFileChanges(changes, true),
    warnings: warningsOf(seen, wanted, good),
  });
}

/** Backups that can be gone back to, newest first. */
export function restorable({ tree }: Pick<Look, 'tree'>): readonly Restorable[] {
  return tree.backups.flatMap(({ name, about }) =>
    about.from === null ? [] : [{ name, about: { ...about, from: about.from } }],
  );
}

/**
 * The newest that came before what lives there and was proven, by an operation that is remembered or by its own
 * record; else what was there before Slipway. What failed is never gone back to unasked.
 */
export function lastGood(seen: Look, good: readonly string[]): Restorable | null {
  const { live } = seen;
  const since = live.is === 'known' || live.is === 'changed' ? live.deployed.at : null;
  const digest = liveDigest(live);
  const before = restorable(seen).filter(
    ({ about: { from } }) => from.digest !== digest && (since === null || from.at < since),
  );
  const proven = before.find(({ about }) => good.includes(about.from.digest));
  const ours = before.find(({ about }) => about.from.proven || about.from.operation === null);
  return proven ?? ours ?? null;
}

/** By the name of a backup, by version or by digest; the newest where there are several. */
function named(seen: Look, to: string): Restorable | null {
  const all = restorable(seen);
  const byName = all.find(({ name }) => name === to);
  return byName ?? all.find(({ about: { from } }) => from.version === to || from.digest === to) ?? null;
}

function isLive({ live }: Look, to: string): boolean {
  return liveVersion(live) === to || liveDigest(live) === to;
}

function noSuchRevision(binding: FilesBinding, seen: Look, wanted: string | null): Outcome<never> {
  const digest = liveDigest(seen.live);
  const available = restorable(seen)
    .filter(({ about }) => about.from.digest !== digest)
    .map(({ name, about: { from } }) => (from.version === null ? name : `${from.version} (${name})`));
  return refuse({ code: 'no-such-revision', target: binding.ref, wanted, available: available.slice(0, 5) });
}

function warningsOf(
  { live }: Look,
  { name, about: { from } }: Restorable,
  good: readonly string[],
): readonly string[] {
  const drift = describeDrift(live);
  const unproven = !from.proven && !good.includes(from.digest);
  return [
    ...(drift === null ? [] : [drift]),
    ...(unproven ? [`No operation of Slipway has proven what ${name} remembers.`] : []),
  ];
}
