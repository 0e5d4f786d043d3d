import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { lastingPort } from '../lasting-port.ts';

const run = promisify(execFile);

/** A real gunicorn that serves `app:app` of a directory, restarted by a script as people have them. */
export interface Gunicorn {
  readonly port: number;
  readonly url: string;
  /** What the target’s `restart:` says. */
  readonly restart: readonly string[];
  /** How often it was restarted. */
  restarts(): Promise<number>;
  /** Runs the script, as somebody on the machine would. */
  byHand(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes the script; nothing runs yet. `place` is for what belongs to it. */
export async function prepareGunicorn(directory: string, place: string): Promise<Gunicorn> {
  await mkdir(place, { recursive: true });
  const port = await lastingPort();
  const script = path.join(place, 'restart.sh');
  const log = path.join(place, 'restarts.log');
  const pid = path.join(place, 'gunicorn.pid');
  await writeFile(log, '');
  await writeFile(
    script,
    `#!/bin/sh
echo restarted >> '${log}'
if [ -e '${pid}' ]; then
  old=$(cat '${pid}')
  kill "$old" 2>/dev/null
  while kill -0 "$old" 2>/dev/null; do sleep 0.05; done
fi
rm -f '${pid}'
cd '${directory}' && exec gunicorn --daemon --pid '${pid}' --bind 127.0.0.1:${port} --graceful-timeout 2 app:app
`,
    { mode: 0o755 },
  );
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    restart: [script],
    restarts: async () => (await readFile(log, 'utf8')).split('\n').length - 1,
    byHand: async () => void (await run(script)),
    async stop() {
      const old = Number(await readFile(pid, 'utf8').catch(() => ''));
      if (old > 0) await ended(old);
    },
  };
}

async function ended(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
    for (;;) {
      process.kill(pid, 0);
      await delay(20);
    }
  } catch {
    // It is gone.
  }
}
