import { expect, test } from 'vitest';
import { type Fault, Levers } from '../../../../src/playground/cloud/levers.ts';

const fault = (of: Partial<Fault>): Fault => ({ method: '*', resource: '', times: 1, delayMs: 0, ...of });

test('a fault is met as many times as it was set for', () => {
  const levers = new Levers();
  levers.addFault(fault({ method: 'UpdateService', times: 2 }));
  const met = [1, 2, 3].map(() => levers.takeFault('UpdateService', 'services/api'));
  expect(met.map((one) => one !== undefined)).toEqual([true, true, false]);
});

test('a fault is met only by its method and its resource', () => {
  const levers = new Levers();
  levers.addFault(fault({ method: 'UpdateService', resource: '/api-production' }));
  expect(levers.takeFault('GetService', 'services/api-production')).toBeUndefined();
  expect(levers.takeFault('UpdateService', 'services/api-staging')).toBeUndefined();
  expect(levers.takeFault('UpdateService', 'services/api-production')).toBeDefined();
});

test('faults are met in the order in which they were set', () => {
  const levers = new Levers();
  levers.addFault(fault({ delayMs: 1 }));
  levers.addFault(fault({ delayMs: 2 }));
  expect([1, 2].map(() => levers.takeFault('GetService', 'x')?.delayMs)).toEqual([1, 2]);
});
