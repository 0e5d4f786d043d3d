import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { newSecret } from '../ids.ts';
import type { Envelope, Receipt, Transport } from './transport.ts';

const MAX_CONNECTIONS = 10;
const TICKET_MS = 30_000;
const PING_MS = 5000;
/** After so many unanswered pings the app is taken to be gone. */
const MOST_UNANSWERED = 4;

const acknowledgementSchema = z.object({ envelope_id: z.string(), payload: z.unknown().optional() });

interface Connection {
  readonly socket: WebSocket;
  /** A frozen connection stays open, but nothing comes back from it: a link that died silently. */
  frozen: boolean;
  /** Pings in a row that the app has not answered. */
  unanswered: number;
}

export interface SocketModeOptions {
  readonly appId: string;
  /** Where WebSockets connect: `ws://127.0.0.1:4000`. */
  readonly origin: string;
  readonly acknowledgeMs: number;
  readonly clock: Clock;
  /** Called when the first connection came or the last one went. */
  readonly onPresence: (connected: boolean) => void;
}

/**
 * Socket Mode, Slack's side of it (https://docs.slack.dev/apis/events-api/using-socket-mode): up to ten
 * connections of one app, each envelope to one of them in turn.
 */
export class SocketMode implements Transport {
  readonly #options: SocketModeOptions;
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #tickets = new Map<string, number>();
  readonly #connections: Connection[] = [];
  readonly #waiting = new Map<string, (body: unknown) => void>();
  #turn = 0;

  constructor(options: SocketModeOptions) {
    this.#options = options;
  }

  connected(): boolean {
    return this.#connections.length > 0;
  }

  /** The URL for one connection, good once and for 30 seconds; null when the app has ten already. */
  issueUrl(): string | null {
    if (this.#connections.length >= MAX_CONNECTIONS) return null;
    const ticket = newSecret();
    this.#tickets.set(ticket, this.#options.clock.now() + TICKET_MS);
    return `${this.#options.origin}/link/?ticket=${ticket}&app_id=${this.#options.appId}`;
  }

  /** Takes over an upgrade request to `/link/`, or refuses it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', this.#options.origin).searchParams.get('ticket') ?? '';
    const expires = this.#tickets.get(ticket) ?? 0;
    this.#tickets.delete(ticket);
    if (expires < this.#options.clock.now()) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket));
  }

  async deliver(envelope: Envelope, copies: number): Promise<Receipt> {
    if (!this.connected()) return { kind: 'failed', reason: 'no_connection', final: false };
    const envelopeId = randomUUID();
    const receipt = this.#receiptFor(envelopeId);
    for (let copy = 0; copy < copies; copy += 1) this.#next()?.socket.send(frame(envelopeId, envelope));
    return receipt;
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const { socket } of this.#connections) socket.terminate();
  }

  /** Asks the app to connect anew, as Slack does every few hours. */
  refresh(): void {
    const request = { type: 'disconnect', reason: 'refresh_requested', debug_info: { host: 'playground' } };
    for (const { socket } of this.#connections) socket.send(JSON.stringify(request));
  }

  /** From now on the present connections neither answer pings nor hear acknowledgements. */
  freeze(): void {
    for (const connection of this.#connections) connection.frozen = true;
  }

  close(): void {
    this.drop();
    this.#server.close();
  }

  #welcome(socket: WebSocket): void {
    const connection: Connection = { socket, frozen: false, unanswered: 0 };
    this.#connections.push(connection);
    if (this.#connections.length === 1) this.#options.onPresence(true);
    socket.on('message', (data) => this.#hear(connection, String(data)));
    socket.on('ping', (data) => connection.frozen || socket.pong(data));
    socket.on('pong', () => {
      connection.unanswered = 0;
    });
    socket.on('close', () => this.#forget(connection));
    socket.on('error', () => socket.terminate());
    this.#keepAlive(connection);
    socket.send(JSON.stringify(this.#hello()));
  }

  #hello(): object {
    return {
      type: 'hello',
      num_connections: this.#connections.length,
      debug_info: { host: 'playground', build_number: 1, approximate_connection_time: 18_060 },
      connection_info: { app_id: this.#options.appId },
    };
  }

  #keepAlive(connection: Connection): void {
    let stop = () => {};
    const beat = () => {
      stop = this.#options.clock.after(PING_MS, () => {
        this.#ping(connection);
        beat();
      });
    };
    connection.socket.once('close', () => stop());
    beat();
  }

  #ping(connection: Connection): void {
    if (connection.frozen) return;
    connection.unanswered += 1;
    if (connection.unanswered > MOST_UNANSWERED) connection.socket.terminate();
    else connection.socket.ping();
  }

  #hear(connection: Connection, text: string): void {
    if (connection.frozen) return;
    const parsed = acknowledgementSchema.safeParse(parseJson(text));
    if (parsed.success) this.#waiting.get(parsed.data.envelope_id)?.(parsed.data.payload);
    else connection.socket.close(1008, 'not an acknowledgement');
  }

  #forget(connection: Connection): void {
    this.#connections.splice(this.#connections.indexOf(connection), 1);
    if (this.#connections.length === 0) this.#options.onPresence(false);
  }

  #next(): Connection | undefined {
    this.#turn += 1;
    return this.#connections[this.#turn % this.#connections.length];
  }

  #receiptFor(envelopeId: string): Promise<Receipt> {
    const { promise, resolve } = Promise.withResolvers<Receipt>();
    const settle = (receipt: Receipt) => {
      this.#waiting.delete(envelopeId);
      cancel();
      resolve(receipt);
    };
    const cancel = this.#options.clock.after(this.#options.acknowledgeMs, () => settle({ kind: 'timeout' }));
    this.#waiting.set(envelopeId, (body) => settle({ kind: 'acknowledged', body }));
    return promise;
  }
}

function frame(envelopeId: string, { type, payload, retry }: Envelope): string {
  const retried = { retry_attempt: retry.attempt, retry_reason: retry.reason ?? '' };
  return JSON.stringify({
    envelope_id: envelopeId,
    payload,
    type,
    accepts_response_payload: type !== 'events_api',
    ...(type === 'events_api' ? retried : {}),
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
