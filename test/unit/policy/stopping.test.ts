import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import type { Person } from '../../../src/domain/person.ts';
import type { PlannedStep } from '../../../src/domain/plan.ts';
import { isStoppable, refuseStopper } from '../../../src/policy/stopping.ts';
import { operation } from '../slack/fixtures.ts';

const config = configSchema.parse({
  roles: { deployer: { users: ['U0ANA', 'U0BO'] }, approver: { users: ['U0CHEN'] } },
  environments: { production: { allow: { deploy: ['deployer'] }, channels: ['#deploys'] } },
  services: {
    api: {
      environments: {
        production: { target: { kind: 'cloud-run', project: 'p', region: 'r', service: 'api' } },
      },
    },
  },
});

function person(id: string, barred: Person['barred'] = null): Person {
  return { id, name: id, email: null, barred, groups: [] };
}

function refusal(who: Person | null, channel = 'deploys'): string | null {
  const request = { person: who, operation: operation(), channel: { id: 'C1', name: channel } };
  return refuseStopper(request, config)?.code ?? null;
}

describe('who may stop a running operation', () => {
  it('is whoever asked for it, wherever they are', () => {
    expect(refusal(person('U0ANA'), 'elsewhere')).toBeNull();
  });

  it('is whoever may ask for such, from where it may be asked', () => {
    expect(refusal(person('U0BO'))).toBeNull();
    expect(refusal(person('U0BO'), 'elsewhere')).toBe('wrong-channel');
  });

  it('fails closed when nobody knows who it is, or the account is barred', () => {
    expect(refusal(null)).toBe('barred-account');
    expect(refusal(person('U0ANA', 'deactivated'))).toBe('barred-account');
  });

  it('is nobody without the role, be it an approver', () => {
    expect(refusal(person('U0CHEN'))).toBe('missing-role');
  });
});

describe('what may be stopped', () => {
  const step = (effect: PlannedStep['effect']): PlannedStep => ({
    id: 'a',
    title: 'A',
    action: 'a',
    input: {},
    effect,
    timeLimit: 1,
  });

  it('is what can be taken back and what only looks, and no change of data', () => {
    const effects = ['reads', 'reversible', 'changes-data', 'tidies'] as const;
    expect(effects.filter((effect) => isStoppable({ kind: 'deploy' }, step(effect)))).toEqual([
      'reads',
      'reversible',
    ]);
  });

  it('is no canary, which is aborted', () => {
    expect(isStoppable({ kind: 'canary' }, step('reversible'))).toBe(false);
  });
});
