import type { TrafficCapability } from '../../../integrations/target.ts';
import type { CanaryTerms } from '../../domain/canary.ts';
import type { Plan } from '../../domain/plan.ts';

/** A canary under way: its plan, what was agreed, and the target's means. */
export interface CanaryRun {
  readonly operationId: string;
  readonly plan: Plan;
  readonly terms: CanaryTerms;
  readonly traffic: TrafficCapability;
}
