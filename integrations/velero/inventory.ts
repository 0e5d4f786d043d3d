import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../src/domain/json.ts';
import { TargetError } from '../target.ts';
import type { VeleroBinding } from './binding.ts';
import { CONFIG_MAPS, CRON_JOBS, DAEMON_SETS, DEPLOYMENTS, type Resource, STATEFUL_SETS } from './cluster.ts';
import { type Kept, kept } from './objects.ts';

/**
 * The kinds that verifications restore and compare: in a namespace where no pod may run they do nothing by
 * themselves. Not among them is what takes traffic (Services, routes), what Slipway must not read (Secrets),
 * and what costs money (volumes).
 */
export const COMPARED: readonly Resource[] = [
  CONFIG_MAPS,
  DEPLOYMENTS,
  STATEFUL_SETS,
  DAEMON_SETS,
  CRON_JOBS,
];

/** Content by kind and name: `Deployment` → `techassist-api` → a short SHA-256. */
export type Inventory = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Characters of an inventory on a Backup; an object may have 256 KiB of annotations in all. */
const LONGEST = 150_000;
/** Every namespace has these from its cluster, and no backup brings them back. */
const EVERYWHERE = ['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert'];
const EXCLUDED = 'velero.io/exclude-from-backup';

const stored = z.record(z.string(), z.record(z.string(), z.string()));

/** What stands in the namespace that is backed up; null where Slipway may not look, or there is no such namespace. */
export function takeInventory(binding: VeleroBinding, signal: AbortSignal): Promise<Inventory | null> {
  return lookAround(binding, signal, isBackedUp);
}

/** The same of what is selected. */
export async function lookAround(
  binding: VeleroBinding,
  signal: AbortSignal,
  select: (found: Kept) => boolean,
): Promise<Inventory | null> {
  try {
    return await inventoryOf(binding, binding.config.namespace, { signal, select });
  } catch (error) {
    // After a disaster the role has gone with its namespace: that must not stand in the way of a restore.
    if (error instanceof TargetError && ['permission', 'not-found'].includes(error.problem)) return null;
    throw error;
  }
}

function isBackedUp({ metadata: { name, labels } }: Kept): boolean {
  return labels[EXCLUDED] !== 'true' && !EVERYWHERE.includes(name);
}

export async function inventoryOf(
  { cluster }: VeleroBinding,
  namespace: string,
  of: { readonly signal: AbortSignal; readonly select: (found: Kept) => boolean },
): Promise<Inventory> {
  const lists = await Promise.all(
    COMPARED.map(async (resource): Promise<readonly [string, Record<string, string>]> => {
      const place = { resource, namespace, name: null };
      const found = (await cluster.list(place, kept, {}, of.signal)).filter(of.select);
      return [resource.kind, Object.fromEntries(found.map((one) => [one.metadata.name, contentOf(one)]))];
    }),
  );
  return Object.fromEntries(lists.filter(([, names]) => Object.keys(names).length > 0));
}

/** A short SHA-256 of what makes it what it is; how many pods there are is the autoscaler's matter. */
function contentOf({ data, binaryData, spec }: Kept): string {
  const { replicas: _, ...rest } = spec ?? {};
  const content = canonicalJson(JSON.parse(JSON.stringify({ data, binaryData, spec: rest })));
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** As an annotation; none where it would be too long for one. */
export function inventoryText(inventory: Inventory | null): string | null {
  const text = inventory === null ? null : JSON.stringify(inventory);
  return text === null || text.length > LONGEST ? null : text;
}

/** From an annotation; null where there is none that can be read. */
export function readInventory(text: string | undefined): Inventory | null {
  if (text === undefined) return null;
  try {
    return stored.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export interface Difference {
  /** How many came back as they should be, by kind. */
  readonly same: ReadonlyMap<string, number>;
  /** “Deployment techassist-api”. */
  readonly missing: readonly string[];
  readonly different: readonly string[];
}

/** What came back, against what should have. */
export function compare(wanted: Inventory, found: Inventory): Difference {
  const same = new Map<string, number>();
  const [missing, different]: [string[], string[]] = [[], []];
  for (const [kind, names] of Object.entries(wanted)) {
    for (const [name, content] of Object.entries(names)) {
      const back = found[kind]?.[name];
      if (back === undefined) missing.push(`${kind} ${name}`);
      else if (back !== content) different.push(`${kind} ${name}`);
      else same.set(kind, (same.get(kind) ?? 0) + 1);
    }
  }
  return { same, missing, different };
}
