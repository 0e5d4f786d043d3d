import { expect, it } from 'vitest';
import { analysisConfig } from '../../../../integrations/analysis/config.ts';
import { createAnalysis } from '../../../../integrations/analysis/kinds.ts';

it('builds the providers of a canary in the order of its config, each with a name of its own', () => {
  const prometheus = { url: 'http://prometheus:9090', queries: [{ name: 'a', query: 'up', min: 1 }] };
  const configs = [{ probe: {} }, { prometheus }, { probe: { path: '/version' } }].map((entry) =>
    analysisConfig.parse(entry),
  );
  expect(createAnalysis(configs).map(({ name }) => name)).toEqual([
    'probe /health',
    'prometheus prometheus:9090',
    'probe /version',
  ]);
});
