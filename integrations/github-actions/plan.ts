import type { Artifact } from '../../src/domain/artifact.ts';
import { type LiveState, type Revision, servingRevision } from '../../src/domain/live-state.ts';
import type { PlannedStep, TargetPlan } from '../../src/domain/plan.ts';
import { accept, type Outcome, refuse } from '../../src/domain/refusal.ts';
import { TargetError } from '../target.ts';
import { type ActionsBinding, followsVersion, inputsFor, refFor, type Shipped } from './binding.ts';
import { runsOf } from './inspect.ts';
import { wrongWith } from './workflow-file.ts';

/** Milliseconds that a look at checks may take. */
const VERIFY_LIMIT = 5 * 60_000;
/** What is added to a run's time: until it appears, and until a cancelled one has ended. */
const MARGIN = 5 * 60_000;

/** What shipping a commit by the workflow would do. */
export async function planDeploy(
  binding: ActionsBinding,
  { live, artifact }: { readonly live: LiveState; readonly artifact: Artifact },
): Promise<Outcome<TargetPlan>> {
  if (servingRevision(live)?.digest === artifact.digest) {
    return refuse({ code: 'already-serving', target: binding.ref, version: artifact.version });
  }
  const shipped = { commit: commitOf(artifact), version: artifact.version };
  return accept(await planRun(binding, { live, shipped, artifact, digest: artifact.digest }));
}

/** The way back: the workflow once more, for what an earlier run of it shipped well. */
export async function planRollback(
  binding: ActionsBinding,
  {
    live,
    to,
    good,
  }: { readonly live: LiveState; readonly to: string | null; readonly good: readonly string[] },
): Promise<Outcome<TargetPlan>> {
  const serving = servingRevision(live);
  const earlier = live.revisions.filter((one) => one.ready.is && one.digest !== serving?.digest);
  if (to !== null && (serving?.version === to || serving?.name === to)) {
    return refuse({ code: 'already-serving', target: binding.ref, version: to });
  }
  const proven = [...earlier].sort((a, b) => rank(a, good) - rank(b, good));
  const found = to === null ? proven[0] : earlier.find((one) => one.version === to || one.name === to);
  if (found === undefined) {
    const available = [
      ...new Set(
        [...earlier, ...(serving === null ? [] : [serving])].map(({ version, name }) => version ?? name),
      ),
    ];
    return refuse({ code: 'no-such-revision', target: binding.ref, wanted: to, available });
  }
  const shipped = await shippedBy(binding, found);
  return accept(await planRun(binding, { live, shipped, artifact: null, digest: found.digest }));
}

/** Proven ones first, in their order; the others keep theirs, newest first. */
function rank({ digest }: Revision, good: readonly string[]): number {
  const at = digest === null ? -1 : good.indexOf(digest);
  return at < 0 ? good.length : at;
}

async function shippedBy(binding: ActionsBinding, { name }: Revision): Promise<Shipped> {
  const found = (await runsOf(binding)).find(({ run }) => `run-${run.id}` === name);
  if (found?.marker == null) throw new TargetError('conflict', `The run ${name} is not there any more.`);
  return { commit: found.marker.commit, version: found.marker.version };
}

async function planRun(
  binding: ActionsBinding,
  wanted: {
    readonly live: LiveState;
    readonly shipped: Shipped;
    readonly artifact: Artifact | null;
    readonly digest: Artifact['digest'] | null;
  },
): Promise<TargetPlan> {
  const { live, shipped, artifact, digest } = wanted;
  const serving = servingRevision(live);
  await refuseUnfit(binding, shipped);
  const previous = serving === null ? null : await shippedBy(binding, serving);
  const unseen = 'What serves is known only by the runs of this workflow that Slipway began.';
  return {
    from:
      serving === null ? null : { version: serving.version, digest: serving.digest, revision: serving.name },
    to: { version: shipped.version, digest, revision: null },
    artifact,
    steps: [runStep(binding, shipped, { live: live.fingerprint, previous }), verifyStep(binding, shipped)],
    live: live.fingerprint,
    warnings: [
      ...(binding.checks.length === 0 ? [`${unseen} No checks are configured that would show it.`] : []),
      ...live.notes,
    ],
  };
}

/** Said when it is planned, before anybody is asked. */
async function refuseUnfit(binding: ActionsBinding, shipped: Shipped): Promise<void> {
  const { workflows, config } = binding;
  const ref = refFor(binding, shipped);
  await refuseMoved(binding, shipped);
  const text = await workflows.readFile(`.github/workflows/${config.workflow}`, ref);
  if (text === null) {
    throw new TargetError(
      'not-found',
      `${workflows.repository} has no workflow ${config.workflow} at ${ref}.`,
    );
  }
  const inputs = { ...inputsFor(binding, shipped), [config.correlation]: '' };
  const wrong = wrongWith(text, { inputs, correlation: config.correlation });
  if (wrong !== null)
    throw new TargetError('invalid', `The workflow ${config.workflow} at ${ref} does not fit. ${wrong}`);
}

/** A run is of what its tag names when it begins: what it shipped before under that name is lost once it is moved. */
async function refuseMoved(binding: ActionsBinding, { version, commit }: Shipped): Promise<void> {
  if (!followsVersion(binding)) return;
  const now = (await binding.code.find(version))?.commit ?? null;
  if (now === commit) return;
  const names = now === null ? 'is not there any more' : `was moved to ${now.slice(0, 7)}`;
  throw new TargetError(
    'conflict',
    `${version} ${names}, and ${commit.slice(0, 7)} is what was shipped as it: a run of it would ship something else.`,
  );
}

function runStep(
  { config }: ActionsBinding,
  shipped: Shipped,
  { live, previous }: { readonly live: string; readonly previous: Shipped | null },
): PlannedStep {
  const input = { ...shipped, live };
  const timeLimit = config.timeLimit + MARGIN;
  return {
    id: 'run-workflow',
    title: `Run ${config.workflow} for ${shipped.version}`,
    action: 'run-workflow',
    input,
    effect: 'reversible',
    timeLimit,
    undo: {
      id: 'run-workflow-back',
      title:
        previous === null
          ? `Cancel ${config.workflow}`
          : `Run ${config.workflow} for ${previous.version} again`,
      action: 'run-back',
      input: { ...shipped, previous: previous === null ? null : { ...previous } },
      effect: 'reversible',
      timeLimit,
    },
  };
}

function verifyStep({ config, checks }: ActionsBinding, shipped: Shipped): PlannedStep {
  return {
    id: 'verify',
    title: checks.length === 0 ? 'Confirm that its run is the last one' : 'Check what serves',
    action: 'verify',
    input: { ...shipped, workflow: config.workflow },
    effect: 'reads',
    timeLimit: VERIFY_LIMIT,
  };
}

function commitOf({ reference }: Artifact): string {
  return reference.slice(reference.lastIndexOf('@') + 1);
}
