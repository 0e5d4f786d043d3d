import { describe, expect, test } from 'vitest';
import { applyMask } from '../../../../src/playground/cloud/field-mask.ts';

const current = {
  description: 'old',
  labels: { team: 'a' },
  template: { revision: 'r1', containers: [{ image: 'one' }] },
};

describe('a field mask', () => {
  test('replaces only the fields that it names', () => {
    const wanted = { description: 'new', template: { revision: 'r2' } };
    expect(applyMask(current, wanted, ['description'])).toEqual({ ...current, description: 'new' });
  });

  test('reaches into messages', () => {
    const wanted = { template: { revision: 'ignored', containers: [{ image: 'two' }] } };
    expect(applyMask(current, wanted, ['template.containers'])).toMatchObject({
      description: 'old',
      template: { revision: 'r1', containers: [{ image: 'two' }] },
    });
  });

  test('clears a field that it names and the request leaves empty', () => {
    expect(applyMask(current, {}, ['description', 'template.revision'])).toEqual({
      labels: { team: 'a' },
      template: { containers: [{ image: 'one' }] },
    });
  });

  test.each([[[]], [['*']]])('of %j replaces every field that people may set', (paths) => {
    const wanted = { template: { containers: [] }, customAudiences: ['x'], uid: 'not settable' };
    expect(applyMask(current, wanted, paths)).toEqual({
      template: { containers: [] },
      customAudiences: ['x'],
    });
  });

  test('spells fields with underscores', () => {
    expect(applyMask({}, { customAudiences: ['x'] }, ['custom_audiences'])).toEqual({
      customAudiences: ['x'],
    });
    expect(() => applyMask({}, {}, ['customAudiences'])).toThrow("'customAudiences' is not a field");
  });

  test('cannot go through a list', () => {
    expect(() => applyMask(current, {}, ['template.containers.image'])).toThrow("'containers'");
  });
});
