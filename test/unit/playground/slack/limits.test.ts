import { expect, test } from 'vitest';
import { RateLimits } from '../../../../src/playground/slack/rate-limits.ts';
import { defaultSeed } from '../../../../src/playground/slack/seed.ts';
import { Triggers } from '../../../../src/playground/slack/triggers.ts';
import { ManualClock } from './manual-clock.ts';

test('posting allows a short burst, then one message a second', () => {
  const clock = new ManualClock();
  const limits = new RateLimits(defaultSeed.limits.rates, clock);
  const post = () => limits.take('posting', 'deploys');
  expect([post(), post(), post(), post()]).toEqual([0, 0, 0, 1]);
  clock.advance(1000);
  expect([post(), post()]).toEqual([0, 1]);
  clock.advance(60_000);
  expect([post(), post(), post(), post()]).toEqual([0, 0, 0, 1]);
});

test('each key has its own rate', () => {
  const limits = new RateLimits(defaultSeed.limits.rates, new ManualClock());
  for (let call = 0; call < 3; call += 1) limits.take('posting', 'deploys');
  expect(limits.take('posting', 'general')).toBe(0);
});

test('the wait that is told is enough', () => {
  const clock = new ManualClock();
  const limits = new RateLimits(defaultSeed.limits.rates, clock);
  for (let call = 0; call < 20; call += 1) limits.take('tier2', 'users.list');
  const wait = limits.take('tier2', 'users.list');
  expect(wait).toBe(3);
  clock.advance(wait * 1000);
  expect(limits.take('tier2', 'users.list')).toBe(0);
});

test('a trigger opens one modal within three seconds', () => {
  const clock = new ManualClock();
  const triggers = new Triggers(clock, 3000);
  const [first, second] = [0, 1].map(() => triggers.issue({ user: 'U1', view: null }));
  clock.advance(3000);
  expect(triggers.redeem(first ?? '')).toMatchObject({ user: 'U1' });
  expect(triggers.redeem(first ?? '')).toMatchObject({ error: 'exchanged_trigger_id' });
  clock.advance(1);
  expect(triggers.redeem(second ?? '')).toMatchObject({ error: 'expired_trigger_id' });
});
