import fc from 'fast-check';
import { expect } from 'vitest';
import type { CloudRunBinding } from '../../../integrations/cloud-run/binding.ts';
import { connectCloudRun, type Revision, type Service } from '../../../integrations/cloud-run/client.ts';
import { cloudRunTargetConfig } from '../../../integrations/cloud-run/config.ts';
import { classify } from '../../../integrations/cloud-run/errors.ts';
import { inspect } from '../../../integrations/cloud-run/inspect.ts';
import { resourceNames } from '../../../integrations/cloud-run/names.ts';
import { readService, writeTraffic } from '../../../integrations/cloud-run/reading.ts';
import { sameShares, sharesOf } from '../../../integrations/cloud-run/traffic.ts';
import { createHttpChecker } from '../../../integrations/http/checker.ts';
import { fuzz, fuzzAsync } from './counting.ts';
import { mutatedText } from './mutation.ts';
import { expectReason, expectRefusal, expectStorable } from './promises.ts';

const KINDS = [
  'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST',
  'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION',
  'TRAFFIC_TARGET_ALLOCATION_TYPE_UNSPECIFIED',
  null,
] as const;
const STATES = [
  'CONDITION_SUCCEEDED',
  'CONDITION_FAILED',
  'CONDITION_PENDING',
  'STATE_UNSPECIFIED',
  null,
] as const;

/** What the protocol's messages can hold: any field missing, any text, any number, enums that nobody knows. */
const text = fc.option(
  fc.oneof(
    fc.constantFrom(
      '',
      'api-1',
      'api-2',
      '__proto__',
      'projects/p/locations/r/services/api/revisions/api-1',
      '/',
    ),
    mutatedText('api-00001-abc').map((text) => text.replaceAll('\0', '').toWellFormed()),
  ),
);
const number = fc.option(fc.oneof(fc.constantFrom(0, 1, 50, 100, -1, 2_147_483_647), fc.integer()));
const kind = fc.constantFrom(...KINDS);
const digest = `sha256:${'0a'.repeat(32)}`;
const image = fc.option(
  fc.oneof(
    fc.constantFrom(`registry.example/api@${digest}`, 'registry.example/api:v1', '@', ':'),
    mutatedText(`registry.example/api:v1@${digest}`),
  ),
);
const condition = fc.option(
  fc.record({
    type: fc.constantFrom('Ready', 'RoutesReady', null),
    state: fc.constantFrom(...STATES),
    message: text,
  }),
);
const some = fc.array(
  condition.filter((one) => one !== null),
  { maxLength: 3 },
);
const target = fc.record(
  { type: kind, revision: text, percent: number, tag: text, uri: text },
  { requiredKeys: [] },
);
const seconds = fc.constantFrom(
  '1763800000',
  1_763_800_000,
  '-62135596800',
  '253402300799',
  '9223372036854775807',
  null,
);
const revisions: fc.Arbitrary<Revision> = fc.record(
  {
    name: text,
    createTime: fc.option(fc.record({ seconds, nanos: number }, { requiredKeys: [] })),
    containers: fc.option(fc.array(fc.record({ image }, { requiredKeys: [] }), { maxLength: 3 })),
    conditions: fc.option(some),
    annotations: fc.option(
      fc.dictionary(fc.constantFrom('slipway.dev/version', 'slipway.dev/digest', '__proto__'), fc.string()),
    ),
  },
  { requiredKeys: [] },
);
const services: fc.Arbitrary<Service> = fc.record(
  {
    name: text,
    etag: text,
    uri: text,
    reconciling: fc.option(fc.boolean()),
    traffic: fc.option(fc.array(target, { maxLength: 4 })),
    trafficStatuses: fc.option(fc.array(target, { maxLength: 4 })),
    latestReadyRevision: text,
    latestCreatedRevision: text,
    terminalCondition: condition,
    conditions: fc.option(some),
  },
  { requiredKeys: [] },
);

const config = cloudRunTargetConfig.parse({ kind: 'cloud-run', project: 'p', region: 'r', service: 'api' });
const none = {
  resolve: async () => null,
  versions: async () => [],
  manifestsOf: async () => [],
  versionsOf: async () => [],
};

function bindingOf(service: Service, listed: readonly Revision[]): CloudRunBinding {
  return {
    ref: { service: 'api', environment: 'production' },
    config,
    names: resourceNames(config),
    // Never connected: what it would read is given.
    api: {
      ...connectCloudRun({ plaintext: true }),
      getService: async () => service,
      listRevisions: async () => listed,
      findRevision: async () => listed[0] ?? null,
    },
    artifacts: none,
    checker: createHttpChecker(),
    repository: 'registry.example/api',
    checks: [],
    watch: 0,
    now: () => 0,
    migrationJob: null,
  };
}

/** What the Cloud Run Admin API answers, within its protocol. */
export async function fuzzCloudRun(runs: number): Promise<void> {
  fuzz('Cloud Run: services', runs, services, (service) => {
    const { entries, served, ready, latestReady } = readService(service);
    expect([...entries, ...served].every(({ percent }) => Number.isFinite(percent))).toBe(true);
    if (ready.state === 'failed') expectReason(ready.message);
    const again = readService({ ...service, traffic: writeTraffic(entries) }).entries;
    const meant = entries.map((entry) => (entry.latest ? { ...entry, revision: latestReady } : entry));
    expect(sameShares(sharesOf(again), sharesOf(meant))).toBe(true);
  });
  await fuzzAsync(
    'Cloud Run: what is live',
    runs,
    fc.tuple(services, fc.array(revisions, { maxLength: 4 })),
    async ([service, listed]) => {
      try {
        const live = await inspect(bindingOf(service, listed));
        expectStorable({ ...live, notes: [] });
        for (const { createdAt } of live.revisions) expect(Number.isNaN(Date.parse(createdAt))).toBe(false);
        if (live.health.status !== 'healthy') expectReason(live.health.reason);
      } catch (error) {
        expectRefusal(error);
      }
    },
  );
  const failed = fc.record({
    code: fc.oneof(fc.integer({ min: -1, max: 20 }), fc.constantFrom('5', null)),
    details: fc.oneof(text, fc.constant(7)),
    message: fc.string(),
  });
  fuzz('Cloud Run: errors', runs, failed, ({ message, ...more }) => {
    expectReason(classify(Object.assign(new Error(message), more), 'the service api').message);
  });
}
