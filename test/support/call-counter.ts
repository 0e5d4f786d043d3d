import { createServer, connect as dial, type Socket } from 'node:net';

/** RFC 9113: what a client sends before its first frame, a frame's head, and the frame that begins a request. */
const PREFACE = 24;
const HEAD = 9;
const HEADERS = 1;

/** A way to a server of HTTP/2 on this machine, which counts the calls that are begun on it. */
export interface CallCounter {
  readonly port: number;
  /** So far, whatever became of them. */
  calls(): number;
  stop(): Promise<void>;
}

export async function startCallCounter(to: number): Promise<CallCounter> {
  let calls = 0;
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial({ host: '127.0.0.1', port: to });
    const see = requestsOf(() => {
      calls += 1;
    });
    near.on('data', see);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    calls: () => calls,
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads what a client sends on one connection, and tells of each request that it begins. */
function requestsOf(began: () => void): (bytes: Buffer) => void {
  let skip = PREFACE;
  let head = Buffer.alloc(0);
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      const skipped = Math.min(skip, bytes.length - at);
      skip -= skipped;
      at += skipped;
      const part = bytes.subarray(at, at + HEAD - head.length);
      head = Buffer.concat([head, part]);
      at += part.length;
      if (head.length < HEAD) return;
      skip = head.readUIntBE(0, 3);
      if (head[3] === HEADERS) began();
      head = Buffer.alloc(0);
    }
  };
}
