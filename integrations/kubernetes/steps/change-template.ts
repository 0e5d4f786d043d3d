import { z } from 'zod';
import { TargetError } from '../../target.ts';
import { type Steps, stepsOf } from '../argo-rollouts/own-steps.ts';
import type { PatchOperation } from '../client.ts';
import { workloadText } from '../history.ts';
import { ANNOTATIONS, placeOf } from '../names.ts';
import { controllerRevision, replicaSet, type Workload, workload } from '../objects.ts';
import type { TemplateChange, TemplateChoice } from '../plan-steps.ts';
import { readWorkload } from '../reading.ts';
import { CONTROLLER_REVISIONS, REPLICA_SETS } from '../resources.ts';
import {
  containerOf,
  noContainer,
  plainTemplate,
  templateHash,
  withImage,
  withoutPassing,
} from '../template.ts';
import type { StepRun } from './step.ts';

/** What to write: a template, a Rollout’s steps, our annotations (null takes one away), and replicas where they are ours. */
export interface WorkloadChange {
  readonly template?: TemplateChoice;
  /** Null takes them away. */
  readonly steps?: Steps;
  readonly replicas?: number;
  readonly marks: Readonly<Record<string, string | null>>;
}

/** Controllers change the status all the time; each new try looks again at whose template it is. */
const TRIES = 8;

/**
 * Compare-and-set: reads the workload, asks `decide` what to write (null for nothing; it throws when the workload is
 * not what the plan saw), and sends that for the resourceVersion that was read. Only the template and our own
 * annotations are written, under our field manager: the number of replicas is left to whoever owns it, but for
 * colours and canaries, which only we scale.
 */
export async function changeWorkload(
  run: StepRun,
  uid: string,
  decide: (found: Workload) => WorkloadChange | null,
): Promise<Workload> {
  const { api, workload: name } = run.binding;
  for (let attempt = 1; ; attempt += 1) {
    const found = await currentWorkload(run, uid);
    const change = decide(found);
    if (change === null) return found;
    const operations = await patchOf(run, found, change);
    try {
      return await api.patch(placeOf(name), operations, workload, run.context.signal);
    } catch (error) {
      const conflict = error instanceof TargetError && error.problem === 'conflict';
      if (!conflict || attempt === TRIES) throw error;
    }
  }
}

/** The workload, which must be the one that was planned for. */
export async function currentWorkload(run: StepRun, uid: string): Promise<Workload> {
  const found = await readWorkload(run.binding, run.context.signal);
  ensureSame(run, found, uid);
  return found;
}

export function ensureSame(run: StepRun, found: Workload, uid: string): void {
  if (found.metadata.uid === uid) return;
  throw new TargetError(
    'conflict',
    `Somebody has deleted ${workloadText(run.binding.workload)} and made it anew. It was left as it is; ask again to see the new plan.`,
  );
}

async function patchOf(
  run: StepRun,
  found: Workload,
  change: WorkloadChange,
): Promise<readonly PatchOperation[]> {
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: found.metadata.resourceVersion },
    ...markOperations(found.metadata.annotations, change.marks),
    ...(change.template === undefined ? [] : [await templateOperation(run, found, change.template)]),
    ...(change.steps === undefined ? [] : stepsOperations(found, change.steps)),
    ...(change.replicas === undefined
      ? []
      : [{ op: 'replace', path: '/spec/replicas', value: change.replicas } as const]),
  ];
}

function stepsOperations(found: Workload, steps: Steps): readonly PatchOperation[] {
  const path = '/spec/strategy/canary/steps';
  if (steps !== null) return [{ op: 'add', path, value: steps }];
  return stepsOf(found) === null ? [] : [{ op: 'remove', path }];
}

async function templateOperation(
  run: StepRun,
  found: Workload,
  { hash, source }: TemplateChoice,
): Promise<PatchOperation> {
  const { template } = found.spec;
  const { container } = run.binding.config;
  if ('revision' in source) {
    const kept = await keptTemplate(run, source.revision);
    if (templateHash(kept) !== hash) throw lostRevision(source.revision);
    return { op: 'replace', path: '/spec/template', value: kept };
  }
  const at = containerOf(template, container);
  if (at === null) throw noContainer(template, container);
  if (templateHash(withImage(template, container, source.image)) !== hash)
    throw changedBehindOurBack(run, found);
  return { op: 'replace', path: `/spec/template/spec/containers/${at.index}/image`, value: source.image };
}

/** The template of a ReplicaSet or a ControllerRevision, as a workload has it. */
async function keptTemplate(run: StepRun, name: string) {
  const { api, config, workload: of } = run.binding;
  const { signal } = run.context;
  const at = { namespace: config.namespace, name };
  if (of.kind === 'deployment' || of.kind === 'rollout') {
    const found = await api.find({ ...at, resource: REPLICA_SETS }, replicaSet, signal);
    if (found === null) throw lostRevision(name);
    return plainTemplate(withoutPassing(found.spec.template, found.metadata.annotations));
  }
  const found = await api.find({ ...at, resource: CONTROLLER_REVISIONS }, controllerRevision, signal);
  if (found === null) throw lostRevision(name);
  return plainTemplate(found.data.spec.template);
}

function lostRevision(name: string): TargetError {
  return new TargetError('conflict', `The revision ${name} is not there any more, or is not what it was.`);
}

/** JSON Pointers (RFC 6901) into the annotations. */
export function markOperations(
  present: Readonly<Record<string, string>>,
  marks: Readonly<Record<string, string | null>>,
): readonly PatchOperation[] {
  const path = '/metadata/annotations';
  const empty = Object.keys(present).length === 0;
  const operations = Object.entries(marks).flatMap(([key, value]): readonly PatchOperation[] => {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (value !== null) return [{ op: 'add', path: at, value }];
    return present[key] === undefined ? [] : [{ op: 'remove', path: at }];
  });
  return empty && operations.length > 0 ? [{ op: 'add', path, value: {} }, ...operations] : operations;
}

/** What a rollout of this operation writes on the workload. */
export function ownMarks(
  run: StepRun,
  marks: TemplateChange['marks'],
): Readonly<Record<string, string | null>> {
  const { operationId, requestedBy } = run.context;
  const what = marks.version ?? 'an earlier revision';
  return {
    [ANNOTATIONS.operation]: operationId,
    [ANNOTATIONS.version]: marks.version,
    [ANNOTATIONS.digest]: marks.digest,
    [ANNOTATIONS.requestedBy]: requestedBy,
    [ANNOTATIONS.changeCause]: `Slipway ${operationId}: ${what}, asked for by ${requestedBy}`,
  };
}

export function isOurs(run: StepRun, { metadata }: Workload): boolean {
  return metadata.annotations[ANNOTATIONS.operation] === run.context.operationId;
}

/** Says who changed the template, as far as the API server knows, and to what. */
export function changedBehindOurBack(run: StepRun, found: Workload): TargetError {
  const { workload: name, config } = run.binding;
  const image = containerOf(found.spec.template, config.container)?.image ?? 'another image';
  const by = lastManager(found);
  return new TargetError(
    'conflict',
    `Somebody else has changed the template of ${workloadText(name)}${by}: ${config.container} runs ${image} now. It was left as it is.`,
  );
}

const templateField = z.looseObject({ 'f:spec': z.looseObject({ 'f:template': z.unknown() }) });

/** The field manager, other than ours, that last wrote to the template. */
function lastManager({ metadata }: Workload): string {
  const writers = metadata.managedFields
    .filter(({ fieldsV1, manager }) => manager !== 'slipway' && templateField.safeParse(fieldsV1).success)
    .filter(({ fieldsV1 }) => templateField.parse(fieldsV1)['f:spec']['f:template'] !== undefined)
    .sort((a, b) => b.time.localeCompare(a.time));
  const [last] = writers;
  return last === undefined ? '' : ` (by ${last.manager})`;
}
