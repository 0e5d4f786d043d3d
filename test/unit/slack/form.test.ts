import { describe, expect, it } from 'vitest';
import { type FormState, readForm, renderForm, versionOptions } from '../../../src/slack/render/form.ts';
import { en } from '../../../src/slack/words/en.ts';

const SERVICES = [
  { name: 'api', environments: ['staging', 'production'] },
  { name: 'web', environments: ['staging'] },
];

describe('the form of /deploy', () => {
  it('asks for service, environment, version and reason, and remembers where it was opened', () => {
    const form = renderForm({
      words: en,
      services: SERVICES,
      metadata: {
        channelId: 'C1',
        responseUrl: 'https://hooks.example/1',
        service: 'api',
        environment: 'elsewhere',
      },
    });
    expect(form.blocks.map((block) => block.block_id)).toEqual([
      'service',
      'environment',
      'version',
      'reason',
    ]);
    expect(JSON.stringify(form.blocks[0])).toContain('"initial_option"');
    expect(JSON.stringify(form.blocks[1])).not.toContain('"initial_option"');
    expect(JSON.parse(form.private_metadata ?? '')).toEqual({
      channelId: 'C1',
      responseUrl: 'https://hooks.example/1',
      service: 'api',
      environment: 'elsewhere',
    });
  });

  it('offers only the environments of the service that is chosen', () => {
    const form = renderForm({
      words: en,
      services: SERVICES,
      metadata: { channelId: 'C1', service: 'web', environment: null },
    });
    expect(JSON.stringify(form.blocks[1])).not.toContain('production');
  });

  it('groups more services than one list takes', () => {
    const services = Array.from({ length: 250 }, (_, index) => ({
      name: `s${index}`,
      environments: ['staging'],
    }));
    const form = renderForm({
      words: en,
      services,
      metadata: { channelId: 'C1', service: null, environment: null },
    });
    expect(JSON.stringify(form.blocks[0]).match(/"value":"s\d+"/g)).toHaveLength(250);
    expect(JSON.stringify(form.blocks[0])).toContain('s200 – s249');
  });

  it('is read as values', () => {
    expect(readForm(filled('api', 'production', ' v1.1.0 ', ' why '), SERVICES, en)).toEqual({
      ok: true,
      values: { service: 'api', environment: 'production', version: 'v1.1.0', reason: 'why' },
    });
  });

  it('shows what is missing at its field', () => {
    expect(readForm({}, SERVICES, en)).toEqual({
      ok: false,
      errors: {
        service: 'Service is missing.',
        environment: 'Environment is missing.',
        version: 'Version is missing.',
      },
    });
  });

  it('takes no service in an environment in which it is not', () => {
    expect(readForm(filled('web', 'production', 'v1', null), SERVICES, en)).toEqual({
      ok: false,
      errors: { environment: 'web is not deployed to production.' },
    });
  });

  it('offers the known versions that fit what is typed, and what is typed', () => {
    const known = ['v1.2.0', 'v1.1.0', 'v1.0.0'];
    expect(values('', known)).toEqual(known);
    expect(values('1.1', known)).toEqual(['1.1', 'v1.1.0']);
    expect(values('v1.1.0', known)).toEqual(['v1.1.0']);
    expect(values('x'.repeat(200), known)).toEqual([]);
  });
});

function values(typed: string, known: readonly string[]): readonly (string | undefined)[] {
  return versionOptions(typed, known).map((option) => option.value);
}

function filled(service: string, environment: string, version: string, reason: string | null): FormState {
  return {
    service: { service: { selected_option: { value: service } } },
    environment: { environment: { selected_option: { value: environment } } },
    version: { 'slipway-form:version': { selected_option: { value: version } } },
    reason: { reason: { value: reason } },
  };
}
