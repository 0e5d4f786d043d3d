import { TargetError } from '../../../integrations/target.ts';
import type { CanaryTrouble } from '../../domain/canary.ts';
import type { CanaryEnding, CanaryState } from '../../domain/canary-state.ts';
import { canonicalJson } from '../../domain/json.ts';
import type { Verdict } from '../../domain/verdict.ts';
import { type CanaryDecision, combineVerdicts, decide } from '../../policy/canary.ts';
import { insertLook, readCanary, writeCanary } from '../../store/canaries.ts';
import { findOperation } from '../../store/operations.ts';
import { type Change, changeOperation } from '../change.ts';
import type { OperationContext } from '../context.ts';
import type { CanaryRun } from './canary-run.ts';
import { canaryJson, canaryRules } from './terms.ts';

/** What one look found: a verdict, or something that ends the canary whatever is measured. */
type Found =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'over'; readonly trouble: CanaryTrouble };

/** Looks at the canary once: whether the traffic is still ours, whether an alert fires, and what is measured. */
export async function lookOnce(context: OperationContext, run: CanaryRun): Promise<void> {
  const state = await readCanary(context.database, run.operationId);
  if (state === null) throw new Error(`canary ${run.operationId} is not stored`);
  const found = await context.lease.whileHeld((signal) => find(context, run, { state, signal }));
  await changeOperation(context, run.operationId, (change) => record(context, run, { change, found }));
}

async function find(
  context: OperationContext,
  run: CanaryRun,
  look: { readonly state: CanaryState; readonly signal: AbortSignal },
): Promise<Found> {
  const { plan, operationId, traffic } = run;
  const alert = await context.alerts.critical(
    context.database,
    plan.target,
    await knownUntil(context, operationId),
  );
  if (alert !== null) return { kind: 'over', trouble: { code: 'alert', name: alert } };
  try {
    const seen = await traffic.observe({ plan, operationId, percent: look.state.percent });
    if (!seen.ours) return { kind: 'over', trouble: { code: 'not-ours', found: seen.found } };
    const window = windowOf(run, look.state, context.clock());
    const { canary, baseline } = seen;
    const request = { service: plan.target.service, canary, baseline, window, signal: look.signal };
    return { kind: 'verdict', verdict: await judge(context, run, request) };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { kind: 'verdict', verdict: withoutData('unavailable', error.message) };
  }
}

/** What fired when the canary was asked for is known, if its requester said so. */
async function knownUntil({ database }: OperationContext, operationId: string): Promise<Date | null> {
  const operation = await findOperation(database, operationId);
  return operation?.options.duringIncident === undefined ? null : operation.createdAt;
}

async function judge(
  context: OperationContext,
  { plan, terms }: CanaryRun,
  request: Parameters<ReturnType<OperationContext['analysis']>[number]['judge']>[0],
): Promise<Verdict> {
  const config = canaryRules(context.config, plan.target);
  if (canonicalJson(canaryJson(config)) !== canonicalJson(terms.analysis)) {
    return withoutData('unavailable', 'The analysis in the config is not the one that was approved.');
  }
  const providers = context.analysis(config.analysis);
  if (providers.length === 0)
    return { kind: 'pass', detail: 'Nothing is measured.', measurements: [], samples: 0, warnings: [] };
  return combineVerdicts(await Promise.all(providers.map((provider) => provider.judge(request))));
}

function withoutData(kind: 'unavailable' | 'no-data', detail: string): Verdict {
  return { kind, detail, measurements: [], samples: 0, warnings: [] };
}

/** Milliseconds since the present step began: what was before it says nothing about it. */
function windowOf({ terms }: CanaryRun, { pauseEndsAt }: CanaryState, now: Date): number {
  const began = pauseEndsAt === null ? now.getTime() : pauseEndsAt.getTime() - terms.pause;
  return Math.max(terms.interval, now.getTime() - began);
}

async function record(
  context: OperationContext,
  run: CanaryRun,
  { change, found }: { readonly change: Change; readonly found: Found },
): Promise<void> {
  const { operationId, plan, terms } = run;
  const state = await readCanary(change.tx, operationId);
  if (state === null) throw new Error(`canary ${operationId} is not stored`);
  const at = context.clock();
  const nextLookAt = new Date(at.getTime() + terms.interval);
  if (found.kind === 'over') {
    const ending: CanaryEnding = { by: null, why: found.trouble };
    await writeCanary(change.tx, operationId, { ...state, nextLookAt, trouble: found.trouble, ending });
    return;
  }
  await insertLook(change.tx, operationId, { at, percent: state.percent, verdict: found.verdict });
  const rules = canaryRules(context.config, plan.target);
  const decision = decide({
    standing: state.standing,
    verdict: found.verdict.kind,
    rules,
    now: at.getTime(),
  });
  const trouble = troubleOf(decision, rules.failureLimit, at);
  const ending = decision.kind === 'abort' && trouble !== null ? { by: null, why: trouble } : null;
  const passed = state.passed || decision.kind === 'go-on';
  await writeCanary(change.tx, operationId, {
    ...state,
    nextLookAt,
    passed,
    standing: decision.standing,
    trouble,
    ending,
  });
  tellChange(change, { before: state.trouble, now: trouble, at });
}

/** What a decision other than going on is for. */
function troubleOf(decision: CanaryDecision, limit: number, now: Date): CanaryTrouble | null {
  if (decision.kind === 'go-on') return null;
  const { why, standing } = decision;
  if (why.code === 'failing') return { code: 'failing', failures: why.failures, limit };
  return { code: why.code, heldSince: new Date(standing.heldSince ?? now.getTime()).toISOString() };
}

/** The thread hears when a canary begins to be held, for another reason than before, and when it goes on. */
function tellChange(
  { tell }: Change,
  change: { readonly before: CanaryTrouble | null; readonly now: CanaryTrouble | null; readonly at: Date },
): void {
  const { before, now, at } = change;
  if (now !== null && now.code !== before?.code)
    tell(`held/${at.getTime()}`, { kind: 'canary-held', trouble: now });
  if (now === null && before !== null) tell(`going-on/${at.getTime()}`, { kind: 'canary-going-on' });
}
