import { describe, expect, it } from 'vitest';
import { alertsConfig } from '../../../src/config/alerts.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { AlertReport } from '../../../src/domain/alert.ts';
import { channelFor, placeReport } from '../../../src/policy/alert-place.ts';

const target = { kind: 'cloud-run', project: 'p', region: 'r', service: 's' };
const config = configSchema.parse({
  slack: { incidentChannel: '#incidents' },
  environments: { staging: {}, production: { aliases: ['prod'] } },
  services: {
    api: { aliases: ['king-api'], environments: { staging: { target }, production: { target } } },
    frontend: { environments: { production: { target } } },
  },
});
const alerts = alertsConfig.parse({
  sources: {},
  routes: [
    { match: { team: ['payments', 'billing'], severity: 'critical' }, channel: '#payments-fire' },
    { match: { team: 'payments' }, channel: '#payments' },
  ],
});

function placed(labels: Record<string, string>) {
  const report: AlertReport = {
    fingerprint: 'f',
    name: 'A',
    state: 'firing',
    startsAt: '2026-11-22T03:00:00Z',
    endsAt: null,
    labels,
    summary: null,
    description: null,
    value: null,
    links: { runbook: null, dashboard: null, source: null },
  };
  const { severity, service, environment } = placeReport(report, alerts, config);
  return { severity, service, environment };
}

describe('an alert’s labels', () => {
  it('name the service and the environment, by aliases too', () => {
    expect(placed({ app: 'king-api', env: 'prod', severity: 'page' })).toEqual({
      severity: 'critical',
      service: 'api',
      environment: 'production',
    });
  });

  it('need not say where a service runs that runs in one place', () => {
    expect(placed({ service: 'frontend' })).toMatchObject({ service: 'frontend', environment: 'production' });
    expect(placed({ service: 'api' })).toMatchObject({ service: 'api', environment: null });
  });

  it('may name nothing that is known, or inherit names that every object has', () => {
    expect(placed({ service: 'constructor', env: '__proto__' })).toEqual({
      severity: 'warning',
      service: null,
      environment: null,
    });
  });

  it('choose the channel: the first route that fits, else the incident channel', () => {
    const channel = (labels: Record<string, string>) => channelFor(labels, alerts, config);
    expect(channel({ team: 'billing', severity: 'critical' })).toBe('#payments-fire');
    expect(channel({ team: 'payments', severity: 'warning' })).toBe('#payments');
    expect(channel({ team: 'billing' })).toBe('#incidents');
    expect(channelFor({}, { ...alerts, channel: '#alerts' }, config)).toBe('#alerts');
  });
});
