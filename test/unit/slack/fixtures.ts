import type { CanaryLook, CanaryTerms, CanaryView } from '../../../src/domain/canary.ts';
import type { Operation, OperationView, StepRecord } from '../../../src/domain/operation.ts';
import { type Plan, planDigest } from '../../../src/domain/plan.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';

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
    stoppable: false,
    ...changes,
  };
}

export function view(changes: Partial<OperationView> = {}): OperationView {
  return {
    operation: operation(),
    steps: [],
    approvals: [],
    canary: null,
    gate: null,
    stop: null,
    ...changes,
  };
}

/** What a canary of that operation was approved for: 10 → 50 → 100, ten minutes each. */
export const TERMS: CanaryTerms = {
  steps: [10, 50, 100],
  first: 10,
  pause: 600_000,
  interval: 30_000,
  auto: false,
  analysis: [],
};

/** A canary that has had 10 % for two minutes, and passed one look. */
export function canary(changes: Partial<CanaryView> = {}): CanaryView {
  return {
    terms: TERMS,
    percent: 10,
    auto: false,
    last: null,
    approved: 100,
    pauseEndsAt: new Date('2026-08-01T10:13:00Z'),
    trouble: null,
    moves: [{ at: new Date('2026-08-01T10:03:00Z'), percent: 10, by: 'U0ANA' }],
    looks: [look()],
    ...changes,
  };
}

export function look(verdict: Partial<Verdict> = {}): CanaryLook {
  return {
    at: new Date('2026-08-01T10:04:30Z'),
    percent: 10,
    verdict: {
      kind: 'pass',
      detail: 'Everything is within its limits.',
      measurements: [
        { name: 'error rate', canary: 0.0021, baseline: 0.001, limit: 0.01, unit: 'ratio' },
        { name: 'p95', canary: 120.4, baseline: null, limit: 1000, unit: 'ms' },
      ],
      samples: 50,
      warnings: [],
      ...verdict,
    },
  };
}

/** The view of an operation with that canary. */
export function canaryView(changes: Partial<CanaryView> = {}, its: Partial<Operation> = {}): OperationView {
  const running = operation({
    plan: plan({ kind: 'canary', canary: TERMS }),
    state: 'running',
    startedAt: new Date('2026-08-01T10:02:00Z'),
    ...its,
  });
  return view({ operation: running, canary: canary(changes) });
}
