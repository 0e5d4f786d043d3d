import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import type { OperationState } from '../domain/operation.ts';
import { OPERATION_KINDS } from '../domain/plan.ts';
import type { OperationMetrics } from '../operations/context.ts';

/** What the bot counts, under `slipway_…`, beside the process's own figures. */
export interface Metrics extends OperationMetrics {
  slackCalled(call: { readonly method: string; readonly result: string }): void;
  slackLimited(call: { readonly method: string; readonly seconds: number }): void;
  /** A webhook that is on: its answers are counted from 0. */
  webhookOpened(webhook: string): void;
  webhookAnswered(call: { readonly webhook: string; readonly status: number }): void;
  /** Prometheus' text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const MINUTES = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

/** How an operation ends that somebody wants to be woken for. */
const TROUBLES = ['failed', 'undone', 'undo-failed'] as const satisfies readonly OperationState[];

/** What a webhook that is on may answer. */
const WEBHOOK_STATUSES = [200, 400, 401, 408, 413, 415, 500, 503] as const;

/**
 * Bad ends of operations are counted from 0 for everything in the config, and so are answers of webhooks: of a series
 * that begins at 1 Prometheus sees no increase, so that the first would call nobody. Others begin when they happen, to
 * keep the series few.
 */
export function createMetrics(config: Pick<Config, 'services'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const target = ['kind', 'service', 'environment'];
  const operations = new Counter({
    name: 'slipway_operations_total',
    help: 'Operations that ended, by how they ended.',
    labelNames: [...target, 'result'],
    registers,
  });
  for (const labels of troublesOf(config)) operations.inc(labels, 0);
  const durations = new Histogram({
    name: 'slipway_operation_duration_seconds',
    help: 'From the beginning of an operation (after approval) to its end.',
    labelNames: [...target, 'result'],
    buckets: MINUTES,
    registers,
  });
  const approvals = new Histogram({
    name: 'slipway_approval_latency_seconds',
    help: 'From asking for approval to an approval.',
    buckets: MINUTES,
    registers,
  });
  const calls = new Counter({
    name: 'slipway_slack_calls_total',
    help: 'Calls of the Slack Web API, by result.',
    labelNames: ['method', 'result'],
    registers,
  });
  const limited = new Counter({
    name: 'slipway_slack_limited_seconds_total',
    help: 'Seconds that Slack told us to wait.',
    labelNames: ['method'],
    registers,
  });
  const webhooks = new Counter({
    name: 'slipway_webhooks_total',
    help: 'Calls of webhooks, by HTTP status.',
    labelNames: ['webhook', 'status'],
    registers,
  });
  return {
    ended: ({ kind, target: { service, environment }, state, seconds }) => {
      const labels = { kind, service, environment, result: state };
      operations.inc(labels);
      durations.observe(labels, seconds);
    },
    approved: (seconds) => approvals.observe(seconds),
    slackCalled: (call) => calls.inc(call),
    slackLimited: ({ method, seconds }) => limited.inc({ method }, seconds),
    webhookOpened: (webhook) => {
      for (const status of WEBHOOK_STATUSES) webhooks.inc({ webhook, status }, 0);
    },
    webhookAnswered: (call) => webhooks.inc(call),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function troublesOf({ services }: Pick<Config, 'services'>) {
  return Object.entries(services).flatMap(([service, { environments }]) =>
    Object.keys(environments).flatMap((environment) =>
      OPERATION_KINDS.flatMap((kind) => TROUBLES.map((result) => ({ kind, service, environment, result }))),
    ),
  );
}
