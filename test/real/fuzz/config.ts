import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { type LoadedConfig, loadConfig } from '../../../src/config/load.ts';
import { readSettings } from '../../../src/config/settings.ts';
import { damaged } from '../../support/yaml-damage.ts';
import { fuzz } from './counting.ts';
import { mutated, mutatedText } from './mutation.ts';
import { expectReason } from './promises.ts';

const SMALL = `
roles: { engineers: { users: [U0ANA000001] }, managers: { emails: [bo@example.com] } }
environments:
  staging: { aliases: [stg], allow: { deploy: [engineers] } }
  production: { allow: { deploy: [engineers] }, approval: { approvers: [managers], required: 1, expires: 30m }, after: staging }
services:
  api:
    image: registry.example/team/api
    environments:
      staging: { target: { kind: cloud-run, project: p, region: r, service: api-staging }, verify: [{ http: /health }] }
      production: { target: { kind: cloud-run, project: p, region: r, service: api }, canary: { steps: [10, 100], pause: 1m } }
channels: { "#deploys": { service: api, environment: production } }
`;
const EXAMPLES = ['king-jam', 'saga-forge', 'avatar-management', 'tech-assist', 'lingzhi'].map((name) =>
  readFileSync(`manifests/examples/${name}.yaml`, 'utf8'),
);
const bytesOf = (text: string) => new TextEncoder().encode(text);

function expectAnswer(loaded: LoadedConfig): void {
  if (loaded.ok) return;
  expect(loaded.errors.length).toBeGreaterThan(0);
  for (const { message } of loaded.errors) expectReason(message);
}

/** What stands in `slipway.yaml` and in the environment. */
export function fuzzConfig(runs: number): void {
  const texts = damaged(fc.constantFrom(SMALL, SMALL, SMALL, ...EXAMPLES), 3);
  fuzz('config: text', runs, texts, (text) => expectAnswer(loadConfig(bytesOf(text))));
  fuzz('config: bytes', runs * 4, fc.uint8Array({ maxLength: 60 }), (bytes) =>
    expect(loadConfig(bytes).ok).toBe(false),
  );
  fuzz('config: structure', runs * 2, mutated(parse(SMALL)), (value) => {
    const text = JSON.stringify(value) ?? '';
    const loaded = loadConfig(bytesOf(text));
    expectAnswer(loaded);
    // YAML and JSON say the same: what is accepted is accepted again as it was understood.
    if (loaded.ok) expect(loadConfig(bytesOf(stringify(value)))).toEqual(loaded);
  });
  fuzzSettings(runs * 10);
}

const VARIABLES = [
  'PORT',
  'LOG_LEVEL',
  'DATABASE_URL',
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLIPWAY_PLAYGROUND',
  'GITHUB_TOKEN',
  'GITHUB_APP_KEY',
  'WEBHOOK_SECRET_X',
  'WEBHOOK_SECRET___PROTO__',
  'REGISTRY_PASSWORD_A',
  'SLACK_BOT_TOKEN_FILE',
  'WEBHOOK_SECRET_X_FILE',
];
const CANARY = 'c4n4ry-s3cr3t-0123456789';

function fuzzSettings(runs: number): void {
  const values = mutatedText(
    '3000',
    'info',
    `postgresql://me:${CANARY}@h/x`,
    `xoxb-${CANARY}`,
    `xapp-${CANARY}`,
    CANARY,
    'http://127.0.0.1:4000',
    `-----BEGIN PRIVATE KEY-----${CANARY}`,
  );
  const environment = fc.dictionary(fc.constantFrom(...VARIABLES), values, { maxKeys: 6 });
  const files = fc.constantFrom(CANARY, '', null);
  fuzz('config: environment', runs, fc.tuple(environment, files), ([env, file]) => {
    const readFile = () => {
      if (file === null) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return file;
    };
    const read = readSettings({ env, readFile });
    if (read.ok) return expect(JSON.stringify(read.settings)).not.toContain(CANARY);
    for (const { variable, message } of read.problems) {
      expectReason(message);
      if (isSecret(variable)) expect(message).not.toContain(CANARY);
    }
  });
}

/** Others are echoed, so that a person sees what is wrong with them. */
function isSecret(variable: string): boolean {
  return !['PORT', 'LOG_LEVEL', 'SLIPWAY_PLAYGROUND'].includes(variable) && !variable.endsWith('_FILE');
}
