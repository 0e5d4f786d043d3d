import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answered, answeredInPlace, type DeliveryContext } from '../../../commands/delivery-context.ts';
import type { Reply } from '../../../src/domain/reply.ts';
import type { Origin } from '../../../src/domain/request.ts';

const refusal: Reply = { kind: 'refusal', refusals: [{ code: 'alert-over' }] };

let said: string[];
/** One command has one, however often the work on it is begun. */
let origin: Origin;
const context: Pick<DeliveryContext, 'answer' | 'takeBack'> = {
  answer: async (_origin, { kind }, place = 'beside') => void said.push(`${kind} ${place}`),
  takeBack: async () => void said.push('taken back'),
};

beforeEach(() => {
  said = [];
  origin = { userId: 'U1', channelId: 'C1' };
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

function later<T>(value: T, milliseconds: number): () => Promise<T> {
  return () => new Promise((resolve) => setTimeout(() => resolve(value), milliseconds));
}

async function passed(answering: Promise<void>): Promise<void> {
  await vi.advanceTimersByTimeAsync(10_000);
  await answering;
}

it('answers what is quick without another word', async () => {
  await passed(answeredInPlace(context, origin, later(refusal, 900)));
  expect(said).toEqual(['refusal beside']);
});

it('puts a slow answer in the place of the words that it takes a moment', async () => {
  await passed(answeredInPlace(context, origin, later(refusal, 3_000)));
  expect(said).toEqual(['looking-up beside', 'refusal instead']);
});

it('takes those words back when the answer is a message of its own', async () => {
  await passed(answeredInPlace(context, origin, later(null, 3_000)));
  expect(said).toEqual(['looking-up beside', 'taken back']);
});

it('replaces nothing where that would be the message under which somebody clicked', async () => {
  await passed(answered(context, origin, later(refusal, 3_000)));
  expect(said).toEqual(['looking-up beside', 'refusal beside']);
});

it('says once that it takes a moment, however often the work is begun anew, and still answers in its place', async () => {
  const away = () => later(null, 3_000)().then(() => Promise.reject(new Error('the database is away')));
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const failed = expect(answeredInPlace(context, origin, away)).rejects.toThrow('away');
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
  }
  await passed(answeredInPlace(context, origin, later(refusal, 10)));
  expect(said).toEqual(['looking-up beside', 'refusal instead']);
});
