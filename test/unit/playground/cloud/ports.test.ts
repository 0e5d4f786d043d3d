import { expect, test } from 'vitest';
import { type Listen, openDoor, type PortMemory } from '../../../../src/playground/cloud/ports.ts';

const nobodyListens: Listen = async () => undefined;

function remembering(...doors: readonly (readonly [string, number])[]): PortMemory {
  const ports = new Map(doors);
  return { get: (door) => ports.get(door), put: (door, port) => ports.set(door, port) };
}

function takenExcept(free: (port: number) => boolean): Listen {
  return async (port) => {
    if (!free(port)) throw new Error(`EADDRINUSE ${port}`);
  };
}

test('a door gets the same port in the same place, below those that the system hands out', async () => {
  const open = (place: string) =>
    openDoor({ place, door: 'registry', memory: remembering(), listen: nobodyListens });
  const port = await open('/data/one');
  expect(await open('/data/one')).toBe(port);
  expect(await open('/data/two')).not.toBe(port);
  expect(port).toBeGreaterThanOrEqual(20_000);
  expect(port).toBeLessThan(30_000);
});

test('a door goes to the next port when its own is taken, and remembers it', async () => {
  const memory = remembering();
  const request = { place: '/data', door: 'registry', memory };
  const own = await openDoor({ ...request, memory: remembering(), listen: nobodyListens });
  const port = await openDoor({ ...request, listen: takenExcept((asked) => asked !== own) });
  expect(port).toBe(own === 29_999 ? 20_000 : own + 1);
  expect(memory.get('registry')).toBe(port);
});

test('a door keeps the port that it had before', async () => {
  const memory = remembering(['registry', 23_456]);
  expect(await openDoor({ place: '/data', door: 'registry', memory, listen: nobodyListens })).toBe(23_456);
});

test('a door whose port was taken meanwhile says so, rather than moving', async () => {
  const memory = remembering(['registry', 23_456]);
  const opening = openDoor({ place: '/data', door: 'registry', memory, listen: takenExcept(() => false) });
  await expect(opening).rejects.toThrow(
    'cannot listen on 127.0.0.1:23456, the port that its registry had before',
  );
});

test('a door that finds no free port says so', async () => {
  const request = { place: '/data', door: 'registry', memory: remembering() };
  await expect(openDoor({ ...request, listen: takenExcept(() => false) })).rejects.toThrow('No free port');
});
