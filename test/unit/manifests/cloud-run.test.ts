import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSettings, slackTransport } from '../../../src/config/settings.ts';
import { readCloudRunApi } from '../../support/cloud-run-api.ts';

const TEXT = readFileSync('manifests/cloud-run/slipway.yaml', 'utf8');
const SECRETS: Readonly<Record<string, string>> = {
  'slipway-database-url':
    'postgresql://slipway:secret@localhost/slipway?host=/cloudsql/shop:asia-east1:slipway',
  'slipway-slack-bot-token': 'xoxb-1',
  'slipway-slack-app-token': 'xapp-1',
  'slipway-slack-signing-secret': 'a-signing-secret',
};

describe('manifests/cloud-run/slipway.yaml', () => {
  const api = readCloudRunApi();
  const service = parse(TEXT);
  const { metadata, spec } = service.spec.template;
  const [container] = spec.containers;

  it('has nothing that the published API does not have, or says that Cloud Run does not do', () => {
    expect(service).toMatchObject({ apiVersion: 'serving.knative.dev/v1', kind: 'Service' });
    expect(api.misfits(service, 'Service')).toEqual([]);
    expect(spec.containers).toHaveLength(1);
  });

  it.each([
    [
      'a field that is not there',
      { spec: { template: { spec: { replicas: 2 } } } },
      '.spec.template.spec.replicas: ',
    ],
    [
      'a text for a number',
      { spec: { template: { spec: { timeoutSeconds: '60' } } } },
      'timeoutSeconds is no number',
    ],
    [
      'what Kubernetes does and Cloud Run does not',
      { spec: { template: { spec: { containers: [{ securityContext: {} }] } } } },
      'not supported',
    ],
    ['a number among annotations', { metadata: { annotations: { minScale: 1 } } }, 'minScale is no string'],
  ])('is judged by an API that refuses %s', (_what, wrong, reason) => {
    expect(api.misfits(wrong, 'Service').join()).toContain(reason);
  });

  it('has annotations where Cloud Run takes them', () => {
    expect(api.annotations('Service')).toContain('run.googleapis.com/ingress');
    expect(api.annotations('Service')).not.toContain('run.googleapis.com/cpu-throttling');
    expect(api.annotations('Service')).toEqual(
      expect.arrayContaining(Object.keys(service.metadata.annotations)),
    );
    expect(api.annotations('Revision')).toEqual(expect.arrayContaining(Object.keys(metadata.annotations)));
  });

  it('keeps one instance at work always: the bot listens to Slack, and operations go on between requests', () => {
    expect(metadata.annotations).toMatchObject({
      'autoscaling.knative.dev/minScale': '1',
      'run.googleapis.com/cpu-throttling': 'false',
    });
    expect(Number(metadata.annotations['autoscaling.knative.dev/maxScale'])).toBeGreaterThanOrEqual(1);
  });

  it('asks whether it lives and whether it works at the port that it listens on', () => {
    const port = container.ports[0].containerPort;
    expect(container.startupProbe.httpGet).toEqual({ path: '/healthz', port });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port });
  });

  it('gives the bot an environment that it starts with, secrets only from Secret Manager', () => {
    expect(read(container.env)).toMatchObject({ ok: true, settings: { mode: { kind: 'slack' } } });
    for (const { name, value } of container.env) {
      if (value !== undefined) expect(name).not.toMatch(/TOKEN|SECRET|PASSWORD|KEY|URL/);
    }
    const { name } = spec.volumes[0];
    const [mount] = container.volumeMounts.filter((one: { name: string }) => one.name === name);
    const file = container.env.find((one: { name: string }) => one.name === 'SLIPWAY_CONFIG').value;
    expect(`${mount.mountPath}/${spec.volumes[0].secret.items[0].path}`).toBe(file);
  });

  it('is one for Slack over HTTP after what its first lines say', () => {
    const text = TEXT.replace(/name: SLACK_APP_TOKEN/, 'name: SLACK_SIGNING_SECRET').replace(
      'slipway-slack-app-token',
      'slipway-slack-signing-secret',
    );
    const settings = read(parse(text).spec.template.spec.containers[0].env);
    if (!settings.ok || settings.settings.mode.kind !== 'slack') throw new Error('it is not for Slack');
    expect(slackTransport(settings.settings.mode.credentials, 'http')).toMatchObject({ ok: true });
    expect(slackTransport(settings.settings.mode.credentials, 'socket')).toMatchObject({ ok: false });
  });
});

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string } };
}

/** The environment as Cloud Run would make it, read as the bot does. */
function read(env: readonly Variable[]) {
  const pairs = env.map(({ name, value, valueFrom }) => [
    name,
    value ?? SECRETS[valueFrom?.secretKeyRef.name ?? ''],
  ]);
  return readSettings({ env: { ...Object.fromEntries(pairs), PORT: '3000' }, readFile: () => '' });
}
