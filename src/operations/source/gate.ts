import { TargetError } from '../../../integrations/target.ts';
import { type GateView, verdictOf } from '../../domain/checks.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { OperationContext } from '../context.ts';

/** What the checks of a plan's commit lead to; `view` is null where none are asked for. */
export type Gate =
  | { readonly next: 'open'; readonly view: GateView | null }
  | { readonly next: 'wait'; readonly view: GateView }
  | { readonly next: 'refuse'; readonly view: GateView; readonly refusal: Refusal };

/** Reads the checks that must be green. Read-only; what cannot be read is never green. */
export async function readGate(context: Pick<OperationContext, 'code'>, plan: Plan): Promise<Gate> {
  const { checks, target } = plan;
  if (checks === undefined) return { next: 'open', view: null };
  const host = context.code.of(target.service);
  const commit = plan.source?.to ?? null;
  if (host === null || commit === null)
    return unknown(plan, plan.source?.unread ?? 'its commit is not known');
  try {
    const read = await host.checks(commit, checks === 'required' ? 'all' : checks);
    const view: GateView = { state: 'read', checks: read };
    switch (verdictOf(read)) {
      case 'green':
        return { next: 'open', view };
      case 'pending':
        return { next: 'wait', view };
      case 'failed':
        return {
          next: 'refuse',
          view,
          refusal: { code: 'checks-failed', target, commit, failed: read.failed },
        };
      case 'none':
        return { next: 'refuse', view, refusal: { code: 'checks-unknown', target, commit, detail: null } };
    }
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return unknown(plan, error.message);
  }
}

function unknown({ target, source }: Plan, why: string): Gate {
  const refusal: Refusal = { code: 'checks-unknown', target, commit: source?.to ?? null, detail: why };
  return { next: 'refuse', view: { state: 'unread', why }, refusal };
}
