import { z } from 'zod';
import { type Finding, TargetError } from '../target.ts';
import { atVelero, type VeleroBinding } from './binding.ts';
import { ACCESS_REVIEWS, BACKUPS, LOCATIONS } from './cluster.ts';
import { backup, location, type StorageLocation } from './objects.ts';
import { type Right, rightsOf, rightText } from './rights.ts';
import { scratchProblem } from './scratch.ts';
import { isOurs } from './stored.ts';

const REMEDY = 'Give Slipway’s service account the roles in manifests/kubernetes/targets/velero*.';

/** What `slipway doctor` asks of Velero. Each question is asked by itself. */
export async function examine(binding: VeleroBinding): Promise<readonly Finding[]> {
  const { scratch } = binding.config;
  return Promise.all([
    askVelero(binding),
    askLocation(binding),
    ...[...rightsOf(binding.config)].map(([namespace, wanted]) => askRights(binding, namespace, wanted)),
    ...(scratch === undefined ? [] : [askScratch(binding, scratch)]),
  ]);
}

/** That its kinds are served, and that we may list them. */
function askVelero(binding: VeleroBinding): Promise<Finding> {
  const subject = `Velero in ${binding.config.velero}`;
  return answer(subject, 'Install Velero there, or correct `velero` in the config.', async () => {
    const found = await binding.cluster.list(atVelero(binding, BACKUPS, null), backup);
    const ours = found.filter((one) => isOurs(binding, one)).length;
    return good(subject, `keeps ${ours} ${ours === 1 ? 'backup' : 'backups'} of this target`);
  });
}

function askLocation(binding: VeleroBinding): Promise<Finding> {
  const wanted = binding.config.storageLocation;
  const subject = wanted === undefined ? 'Velero’s default storage' : `Velero’s storage ${wanted}`;
  const remedy = 'Look at `velero backup-location get`, or correct `storageLocation` in the config.';
  return answer(subject, remedy, async () => {
    const all = await binding.cluster.list(atVelero(binding, LOCATIONS, null), location);
    const used = all.find(({ metadata, spec }) =>
      wanted === undefined ? spec.default || all.length === 1 : metadata.name === wanted,
    );
    const problem = used === undefined ? noLocation(all) : locationProblem(used);
    return problem === null ? good(subject, 'is available') : { subject, ok: false, detail: problem, remedy };
  });
}

function noLocation(all: readonly StorageLocation[]): string {
  const names = all.map(({ metadata }) => metadata.name).join(', ');
  return `is not there; Velero has ${names || 'no BackupStorageLocation'}`;
}

function locationProblem({ spec, status }: StorageLocation): string | null {
  if (spec.accessMode === 'ReadOnly') return 'may only be read';
  if (status.phase === 'Available') return null;
  const why = status.message === '' ? '' : `: ${status.message}`;
  return `is ${status.phase || 'not looked at by Velero yet'}${why}`;
}

function askScratch(binding: VeleroBinding, scratch: string): Promise<Finding> {
  const subject = `Scratch namespace ${scratch}`;
  const remedy = 'Apply manifests/kubernetes/targets/velero-scratch there.';
  return answer(subject, remedy, async () => {
    const problem = await scratchProblem(binding, scratch);
    return problem === null
      ? good(subject, 'lets nothing run')
      : { subject, ok: false, detail: problem, remedy };
  });
}

const review = z.object({ status: z.object({ allowed: z.boolean() }) });

/** Asks the cluster itself about every right. */
function askRights(binding: VeleroBinding, namespace: string, wanted: readonly Right[]): Promise<Finding> {
  const subject = `Rights for backups in the namespace ${namespace}`;
  return answer(subject, REMEDY, async () => {
    const held = await Promise.all(wanted.map((right) => mayWe(binding, namespace, right)));
    const missing = wanted.filter((_, index) => held[index] !== true).map(rightText);
    if (missing.length === 0) return good(subject, `all ${wanted.length}`);
    return { subject, ok: false, detail: `missing: ${missing.join(', ')}`, remedy: REMEDY };
  });
}

async function mayWe({ cluster }: VeleroBinding, namespace: string, right: Right): Promise<boolean> {
  const { resource, subresource = '', verb } = right;
  const { group, plural } = resource;
  const object = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: ACCESS_REVIEWS.kind,
    spec: { resourceAttributes: { namespace, verb, group, resource: plural, subresource } },
  };
  const place = { resource: ACCESS_REVIEWS, namespace: null, name: null };
  return (await cluster.create(place, object, review)).status.allowed;
}

function good(subject: string, detail: string): Finding {
  return { subject, ok: true, detail, remedy: null };
}

/** A question that cannot be asked is a finding too. */
async function answer(subject: string, remedy: string, question: () => Promise<Finding>): Promise<Finding> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const advice = error.problem === 'permission' ? REMEDY : remedy;
    return { subject, ok: false, detail: error.message, remedy: advice };
  }
}
