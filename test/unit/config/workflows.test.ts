import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

function problems(keys: string): readonly { readonly message: string }[] {
  const loaded = loadConfig(
    new TextEncoder().encode(`
github: {}
environments:
  staging: {}
services:
  api:
    repository: king-jam/king-jam-ai
    environments:
      staging:
        target: { kind: github-actions, workflow: deploy.yml, ${keys} }
`),
  );
  return loaded.ok ? [] : loaded.errors;
}

describe('a workflow that deploys', () => {
  it.each([
    'ref: "{version}"',
    'inputs: { version: "{version}" }',
    'inputs: { commit: "{sha}" }',
  ])('is taken with %s', (keys) => {
    expect(problems(keys)).toEqual([]);
  });

  it.each([
    'ref: main',
    'inputs: { environment: "{environment}" }',
  ])('is refused where nothing tells it what was approved: %s', (keys) => {
    expect(problems(keys)).toMatchObject([
      { message: 'the workflow is never told what was approved: it ships what main names then' },
    ]);
  });
});
