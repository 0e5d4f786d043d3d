import { createServer } from 'node:net';

/** Below those that the system hands out: a port that a container takes seconds later must still be free then. */
const FROM = 10_000;
const TO = 20_000;

/** A port that nobody listens on now, and that nobody is given by asking for any. */
export async function lastingPort(): Promise<number> {
  const port = FROM + Math.floor(Math.random() * (TO - FROM));
  return (await isFree(port)) ? port : lastingPort();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
