import type { Operation, OperationView, StepRecord } from '../../../src/domain/operation.ts';
import { type Plan, planDigest } from '../../../src/domain/plan.ts';

export const NOW = new Date('2026-08-01T10:05:00Z');

/** A plan to bring api v1.1.0 to production, one approval needed. */
export function plan(changes: Partial<Plan> = {}): Plan {
  return {
    kind: 'deploy',
    target: { service: 'api', environment: 'production' },
    identity: 'projects/demo/locations/local/services/api',
    from: { version: 'v1.0.0', digest: `sha256:${'a'.repeat(64)}`, revision: 'api-00001' },
    to: { version: 'v1.1.0', digest: `sha256:${'b'.repeat(64)}`, revision: null },
    artifact: {
      version: 'v1.1.0',
      digest: `sha256:${'b'.repeat(64)}`,
      reference: `registry.example/api@sha256:${'b'.repeat(64)}`,
    },
    steps: [],
    live: 'fingerprint',
    warnings: [],
    approval: { required: 1, approvers: ['approver'], expires: 1_800_000 },
    ...changes,
  };
}

/** An operation that waits for its approval. */
export function operation(changes: Partial<Operation> = {}): Operation {
  const its = changes.plan ?? plan();
  return {
    id: 'op_01k1',
    request: { kind: 'deploy', target: its.target, version: 'v1.1.0' },
    options: { emergency: null, reason: null },
    requesterId: 'U0ANA',
    channelId: 'C0DEPLOYS',
    threadTs: null,
    plan: its,
    planDigest: planDigest(its),
    state: 'awaiting-approval',
    outcome: null,
    createdAt: new Date('2026-08-01T10:00:00Z'),
    startedAt: null,
    endedAt: null,
    expiresAt: new Date('2026-08-01T10:30:00Z'),
    ...changes,
  };
}

export function step(changes: Partial<StepRecord> = {}): StepRecord {
  return {
    id: 'create-revision',
    title: 'Create the revision',
    state: 'pending',
    message: null,
    startedAt: null,
    endedAt: null,
    ...changes,
  };
}

export function view(changes: Partial<OperationView> = {}): OperationView {
  return { operation: operation(), steps: [], approvals: [], canary: null, ...changes };
}
