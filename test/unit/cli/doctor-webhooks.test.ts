import { expect, it } from 'vitest';
import { webhookChecks } from '../../../src/doctor.ts';
import { alertedConfig } from '../../support/alert-intake.ts';

it('tells which sources of alerts are off, and how to switch them on', async () => {
  const webhookSecret = (name: string) => (name === 'grafana' ? 'a secret' : null);
  const checks = webhookChecks({ config: alertedConfig, webhookSecret });
  const findings = (await Promise.all(checks.map((check) => check.run()))).flat();
  expect(findings).toHaveLength(Object.keys(alertedConfig.alerts?.sources ?? {}).length);
  expect(findings).toContainEqual(expect.objectContaining({ subject: 'Alerts of grafana', ok: true }));
  expect(findings).toContainEqual({
    subject: 'Alerts of alertmanager',
    ok: false,
    detail: 'is off: /webhooks/alertmanager has no secret',
    remedy:
      'Set WEBHOOK_SECRET_ALERTMANAGER, or WEBHOOK_SECRET_ALERTMANAGER_FILE, to the secret that the sender has as well.',
  });
});
