import { createHash } from 'node:crypto';

/** Ports that no operating system hands out by itself, so that a remembered one is likely to be free. */
const firstPort = 20_000;
const portCount = 10_000;
const attempts = 200;

export interface PortMemory {
  get(door: string): number | undefined;
  put(door: string, port: number): unknown;
}

/** Listens on 127.0.0.1 at a port; rejects with the error of the operating system when that fails. */
export type Listen = (port: number) => Promise<void>;

/**
 * Opens a door at the port that it had before, or, the first time, at a free one that follows from `place` and the
 * door's name. Throws with a sentence for a person when the port that it had before is taken.
 */
export async function openDoor(request: {
  readonly place: string;
  readonly door: string;
  readonly memory: PortMemory;
  readonly listen: Listen;
}): Promise<number> {
  const { door, memory, listen } = request;
  const remembered = memory.get(door);
  if (remembered !== undefined) {
    await listen(remembered).catch((cause: unknown) => {
      throw new Error(takenSentence(door, remembered), { cause });
    });
    return remembered;
  }
  const port = await firstFreePort(preferredPort(request.place, door), listen);
  memory.put(door, port);
  return port;
}

function takenSentence(door: string, port: number): string {
  return (
    `The demo cloud cannot listen on 127.0.0.1:${port}, the port that its ${door} had before. ` +
    'Stop what uses that port (perhaps another playground on the same data directory) and start again.'
  );
}

async function firstFreePort(preferred: number, listen: Listen): Promise<number> {
  let last: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = firstPort + ((preferred - firstPort + attempt) % portCount);
    try {
      await listen(port);
      return port;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`No free port on 127.0.0.1 near ${preferred}.`, { cause: last });
}

function preferredPort(place: string, door: string): number {
  const hash = createHash('sha256').update(`${place}\n${door}`).digest();
  return firstPort + (hash.readUInt32BE(0) % portCount);
}
