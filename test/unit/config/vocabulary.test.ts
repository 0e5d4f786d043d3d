import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import { vocabularyOf } from '../../../src/config/vocabulary.ts';

const place = { target: { kind: 'cloud-run', project: 'p', region: 'r', service: 's' } };
const config = configSchema.parse({
  environments: { staging: {}, production: { aliases: ['prod'] } },
  services: { api: { aliases: ['backend'], environments: { staging: place, production: place } } },
  channels: {
    '#deploys': { service: 'api', environment: 'production' },
    C0BYID00001: { service: 'api' },
    incidents: { environment: 'production' },
  },
});

describe('the vocabulary of a channel', () => {
  it('has every service and environment with its aliases', () => {
    expect(vocabularyOf(config, { id: 'C1', name: 'general' })).toEqual({
      services: [{ name: 'api', aliases: ['backend'], environments: ['staging', 'production'] }],
      environments: [
        { name: 'staging', aliases: [] },
        { name: 'production', aliases: ['prod'] },
      ],
      defaults: { service: null, environment: null },
    });
  });

  it.each([
    [
      { id: 'C1', name: 'deploys' },
      { service: 'api', environment: 'production' },
    ],
    [
      { id: 'C1', name: 'incidents' },
      { service: null, environment: 'production' },
    ],
    [
      { id: 'C0BYID00001', name: 'any' },
      { service: 'api', environment: null },
    ],
    [
      { id: 'C1', name: null },
      { service: null, environment: null },
    ],
    [
      { id: 'C1', name: 'C0BYID0000' },
      { service: null, environment: null },
    ],
  ])('has the defaults of the channel %o', (channel, defaults) => {
    expect(vocabularyOf(config, channel).defaults).toEqual(defaults);
  });
});
