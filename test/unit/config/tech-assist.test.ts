import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTargets } from '../../../integrations/kinds.ts';
import { capabilitiesOf } from '../../../integrations/target.ts';
import { loadConfig } from '../../../src/config/load.ts';

const example = readFileSync('manifests/examples/tech-assist.yaml');

describe('the config of TechAssist', () => {
  it('is valid, and builds its targets without asking any cluster', () => {
    const loaded = loadConfig(example);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
    const targets = createTargets(loaded.config);
    onTestFinished(async () => {
      await Promise.all([...targets.values()].map((target) => target.close()));
    });
    expect([...targets].map(([key, { identity }]) => [key, identity])).toEqual([
      [
        'techassist/staging',
        'kubernetes//etc/slipway/staging.kubeconfig#current-context/techassist-staging/deployment/techassist',
      ],
      ['techassist/production', 'kubernetes/this-cluster/techassist/deployment/techassist-api'],
    ]);
    for (const target of targets.values()) expect(capabilitiesOf(target)).toContain('rollback');
    const canaries = [...targets].filter(([, target]) => capabilitiesOf(target).includes('canary'));
    expect(canaries.map(([key]) => key)).toEqual(['techassist/production']);
    expect([...targets].flatMap(([key, { backup }]) => (backup ? [[key, backup.subject]] : []))).toEqual([
      ['techassist/production', 'namespace techassist, by Velero in velero'],
    ]);
  });

  it('is refused where a path could not be asked for', () => {
    const text = example.toString().replaceAll(/^ +url: .*\n/gm, '');
    const loaded = loadConfig(Buffer.from(text));
    expect(loaded).toMatchObject({ ok: false });
    expect(JSON.stringify(loaded)).toContain('the target does not say where it is');
  });
});
