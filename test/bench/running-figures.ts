import { readFileSync } from 'node:fs';
import { residentOf } from '../support/process-memory.ts';
import type { ShippedProcess } from '../support/processes.ts';
import type { RunningBot } from '../support/running-bot.ts';

/** The address of a running bot's own PostgreSQL. */
export function databaseUrlOf(running: RunningBot): string {
  const directory = `${running.directory}/bot`;
  const password = readFileSync(`${directory}/postgres.password`, 'utf8').trim();
  const port = readFileSync(`${directory}/postgres/postmaster.pid`, 'utf8').split('\n')[3];
  return `postgres://slipway:${password}@127.0.0.1:${port}/slipway`;
}

/** Resident memory in megabytes. */
export function memoryOf(shipped: ShippedProcess): string {
  return (residentOf(shipped) / 1_024 / 1_024).toFixed(0);
}
