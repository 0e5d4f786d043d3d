import { z } from 'zod';
import { callAlertmanager } from './api-call.ts';

const listed = z.array(z.object({ fingerprint: z.string() }));
const status = z.object({ uptime: z.iso.datetime({ offset: true }) });

/** What the members of a cluster know to fire, silenced and inhibited alerts too. */
export interface Firing {
  readonly fingerprints: ReadonlySet<string>;
  /** When the youngest member was started: after that it has to be told again of everything. */
  readonly startedAt: Date;
}

/**
 * What fires by version 2 of Alertmanager's API
 * (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). Members do not tell each other of
 * alerts, so all are asked; rejects if one of them does not answer.
 */
export async function askWhatFires(
  addresses: readonly string[],
  fetch: typeof globalThis.fetch,
): Promise<Firing> {
  const members = await Promise.all(addresses.map((address) => askMember(address, fetch)));
  return {
    fingerprints: new Set(members.flatMap(({ fingerprints }) => fingerprints)),
    startedAt: new Date(Math.max(...members.map(({ startedAt }) => startedAt))),
  };
}

async function askMember(address: string, fetch: typeof globalThis.fetch) {
  const base = address.replace(/\/$/, '');
  // Its alerts before its start: one that is started in between is not taken for older than it is.
  const alerts = listed.parse(
    await ask(`${base}/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true`, fetch),
  );
  const { uptime } = status.parse(await ask(`${base}/api/v2/status`, fetch));
  return { fingerprints: alerts.map(({ fingerprint }) => fingerprint), startedAt: Date.parse(uptime) };
}

async function ask(address: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  const response = await callAlertmanager(fetch, address);
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`${new URL(address).host} answered ${response.status}`);
  }
  return response.json();
}
