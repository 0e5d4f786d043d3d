import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ShippedProcess } from './processes.ts';

/** Resident memory of a process in bytes. */
export function residentOf({ pid }: Pick<ShippedProcess, 'pid'>): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1_024;
}

/** The variable with which a process can be asked what it holds: an inspector on a port of its own, on loopback. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };

const answerSchema = z.object({ id: z.number().optional(), result: z.unknown().optional() });
const usageSchema = z.object({
  result: z.object({ value: z.object({ heapUsed: z.number(), external: z.number() }) }),
});

/** Bytes that a process started with {@link INSPECTED} holds on to: what is left when its garbage is collected. */
export async function heldBy(shipped: Pick<ShippedProcess, 'output'>): Promise<number> {
  const address = /^Debugger listening on (ws:\S+)$/m.exec(shipped.output())?.[1];
  if (address === undefined) throw new Error(`no inspector was started:\n${shipped.output()}`);
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  try {
    await ask(socket, 1, 'HeapProfiler.collectGarbage', {});
    const expression = '(({ heapUsed, external }) => ({ heapUsed, external }))(process.memoryUsage())';
    const answer = await ask(socket, 2, 'Runtime.evaluate', { expression, returnByValue: true });
    const { heapUsed, external } = usageSchema.parse(answer).result.value;
    return heapUsed + external;
  } finally {
    socket.close();
  }
}

function ask(socket: WebSocket, id: number, method: string, params: object): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  socket.addEventListener('message', ({ data }) => {
    const answer = answerSchema.parse(JSON.parse(String(data)));
    if (answer.id === id) resolve(answer.result);
  });
  socket.send(JSON.stringify({ id, method, params }));
  return promise;
}
