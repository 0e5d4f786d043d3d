/**
 * Webhooks by the thousand: what a monitoring system that has gone mad sends to the shipped bot.
 * @module
 */
import { Agent, request } from 'node:http';
import { ALERT_SECRET, alertmanagerPayload } from './alerts.ts';
import { botPostgres } from './bot-postgres.ts';
import type { RunningBot } from './running-bot.ts';

export const REQUESTS = 10_000;
export const CONNECTIONS = 50;

type Kind = 'valid' | 'malformed' | 'duplicated' | 'truncated';

/** One call of a webhook; a duplicate has the body of a valid one before it. */
export interface Call {
  readonly kind: Kind;
  /** Of the alert in it, and different in every wave. */
  readonly name: string;
  readonly body: string;
}

/** So many calls of a wave, a third of which are of no use: malformed, sent before, or broken off. */
export function callsOf(wave: number): readonly Call[] {
  let newest: Pick<Call, 'name' | 'body'> = { name: '', body: '' };
  return Array.from({ length: REQUESTS }, (_, index): Call => {
    const name = `Wave${wave}Alert${index}`;
    const labels = { service: 'api', environment: 'production', pod: `api-${index}` };
    const body = JSON.stringify(alertmanagerPayload(name, [{ name, labels }]));
    const kind = kindOf(index);
    if (kind === 'duplicated') return { kind, ...newest };
    if (kind === 'malformed') return { kind, name, body: body.replace('"version":"4"', '"version":"3"') };
    if (kind === 'valid') newest = { name, body };
    return { kind, name, body };
  });
}

/** The names of the alerts that have to be stored, each once. */
export function validNames(calls: readonly Call[]): readonly string[] {
  return calls.flatMap(({ kind, name }) => (kind === 'valid' ? [name] : []));
}

/** The names of the alerts of a wave in the bot’s database, in order and as often as they are there. */
export async function storedNames({ directory }: RunningBot, wave: number): Promise<readonly string[]> {
  const sql = `select name from slipway.alerts where name like 'Wave${wave}Alert%'`;
  return (await botPostgres(`${directory}/bot`).query(sql)).map(({ name }) => String(name)).toSorted();
}

function kindOf(index: number): Kind {
  if (index % 3 !== 2) return 'valid';
  return (['malformed', 'duplicated', 'truncated'] as const)[Math.floor(index / 3) % 3] ?? 'malformed';
}

/** How calls were answered: `{ "valid 200": 6667, "malformed 400": 1111, "truncated none": 1111 }`. */
export type Answers = Readonly<Record<string, number>>;

/** What every one of them is answered when nothing goes wrong; a sender that breaks off hears nothing. */
export function rightAnswers(calls: readonly Call[]): Answers {
  const right = { valid: '200', duplicated: '200', malformed: '400', truncated: 'none' } as const;
  return countOf(calls.map(({ kind }) => `${kind} ${right[kind]}`));
}

/** How often a sender comes again that was told that nothing could be stored, and after how many milliseconds. */
const TRIES = 30;
const PAUSE = 500;

/** Sends all of them in their order, from fifty connections that stay open; what was not taken comes again. */
export async function sendAll(botUrl: string, calls: readonly Call[]): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const left = calls.toReversed();
  const answers: string[] = [];
  const connection = async (): Promise<void> => {
    for (let call = left.pop(); call !== undefined; call = left.pop()) {
      const status = await sendUntilTaken(call, { url: `${botUrl}/webhooks/alertmanager`, agent });
      answers.push(`${call.kind} ${status ?? 'none'}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  } finally {
    agent.destroy();
  }
  return countOf(answers);
}

function countOf(all: readonly string[]): Answers {
  return Object.fromEntries([...Map.groupBy(all, (one) => one)].map(([one, its]) => [one, its.length]));
}

/** As Alertmanager does: a 503, or a line that was cut, is sent again. */
async function sendUntilTaken(call: Call, to: Parameters<typeof send>[1]): Promise<number | null> {
  for (let left = TRIES; ; left -= 1) {
    const status = await send(call, to);
    const taken = status !== 503 && (status !== null || call.kind === 'truncated');
    if (taken || left === 0) return status;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The status of the answer; null for a call that broke off. */
function send(
  { kind, body }: Call,
  { url, agent }: { readonly url: string; readonly agent: Agent },
): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const headers = {
    authorization: `Bearer ${ALERT_SECRET}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
    response.resume().once('end', () => resolve(response.statusCode ?? null));
  });
  outgoing.once('error', () => resolve(null));
  if (kind !== 'truncated') outgoing.end(body);
  else outgoing.write(body.slice(0, body.length / 2), () => outgoing.destroy());
  return promise;
}
