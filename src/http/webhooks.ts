/**
 * Inbound webhooks on the bot's own HTTP: `POST /webhooks/NAME`. Whatever is answered with 200 is stored.
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http';
import express, { type Request, type Response, type Router } from 'express';
import type { Logger } from 'pino';
import type { Authentication } from '../domain/authentication.ts';
import { isOutage } from '../store/outage.ts';
import { bearsSecret, isSigned } from './authentication.ts';
import { readJson } from './json-body.ts';
import { readBody } from './request-body.ts';

/** In bytes: three hundred alerts with long texts are a fifth of it. */
const LARGEST_BODY = 2 * 1024 * 1024;
/** Senders give up after ten seconds or so, and come again after any answer but a good one. */
const STORE_LIMIT = 5_000;
/** Milliseconds in which the rest of a refused body is thrown away, so that its sender reads the answer. */
const DISCARD_LIMIT = 2_000;

/** What came in, authenticated. */
export interface WebhookCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What a webhook made of a call. */
export type WebhookAnswer =
  | { readonly kind: 'stored' | 'duplicate' }
  /** Well formed, and nothing to us: a ping, an event that nobody asked for. */
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'malformed'; readonly reason: string };

export interface Webhook {
  /** The last part of its path. */
  readonly name: string;
  readonly authentication: Authentication;
  /** Null: it is off, and answers as if it were not there. */
  readonly secret: string | null;
  /**
   * Parses and stores; the same call again is a duplicate. Rejects if it could not be stored: then the
   * sender is told to come again.
   */
  accept(call: WebhookCall): Promise<WebhookAnswer>;
}

export interface WebhookSettings {
  readonly webhooks: readonly Webhook[];
  /** Hears of every webhook that is on, before it is called. */
  readonly opened: (webhook: string) => void;
  readonly observe: (call: { readonly webhook: string; readonly status: number }) => void;
  readonly log: Pick<Logger, 'warn' | 'error'>;
}

interface Answer {
  readonly status: number;
  readonly body: { readonly ok: boolean; readonly result?: string; readonly reason?: string };
}

export function webhookRoutes(settings: WebhookSettings): Router {
  const router = express.Router();
  for (const webhook of settings.webhooks) {
    if (webhook.secret !== null) settings.opened(webhook.name);
    router.post(`/webhooks/${webhook.name}`, async (request, response) => {
      const answer = await answerTo(webhook, request, settings);
      settings.observe({ webhook: webhook.name, status: answer.status });
      send(request, response, answer);
    });
  }
  router.post('/webhooks/:name', (request, response) => {
    send(request, response, refused(404, `There is no webhook ${JSON.stringify(request.params.name)}.`));
  });
  return router;
}

async function answerTo(webhook: Webhook, request: Request, settings: WebhookSettings): Promise<Answer> {
  const { authentication, name, secret } = webhook;
  const { headers } = request;
  if (secret === null) return refused(404, `The webhook ${name} is off: it has no secret.`);
  // Before a byte of the body is read, where that is possible.
  if (authentication.kind === 'token' && !bearsSecret(headers, secret)) return refused(401, WRONG_TOKEN);
  const read = await readBody(request, LARGEST_BODY);
  if (!read.ok) return refused(read.status, read.reason);
  const signed = { headers, body: read.bytes };
  if (authentication.kind === 'signature' && !isSigned(signed, authentication, secret)) {
    return refused(401, `${authentication.header} does not hold this body’s signature.`);
  }
  const json = readJson(read.bytes);
  if (!json.ok) return refused(400, json.reason);
  return accepted(webhook, { headers, body: json.value }, settings);
}

async function accepted(webhook: Webhook, call: WebhookCall, { log }: WebhookSettings): Promise<Answer> {
  try {
    return answered(await inTime(webhook.accept(call)));
  } catch (err) {
    if (isOutage(err) || err instanceof LateError) {
      log.warn({ err, webhook: webhook.name }, 'a webhook could not be stored; its sender is told so');
      return refused(503, 'It could not be stored. Please send it again.');
    }
    log.error({ err, webhook: webhook.name }, 'a webhook could not be worked on');
    return refused(500, 'Slipway met a fault of its own; its log says more.');
  }
}

class LateError extends Error {}

/** What is stored after all is stored once: the sender comes again, and finds it there. */
async function inTime<T>(storing: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new LateError('the database did not answer')), STORE_LIMIT);
  try {
    return await Promise.race([storing, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function answered(answer: WebhookAnswer): Answer {
  switch (answer.kind) {
    case 'malformed':
      return refused(400, answer.reason);
    case 'ignored':
      return { status: 200, body: { ok: true, result: answer.kind, reason: answer.why } };
    case 'stored':
    case 'duplicate':
      return { status: 200, body: { ok: true, result: answer.kind } };
  }
}

const WRONG_TOKEN = 'Authorization bears no secret that is known here, as bearer token or as password.';

function refused(status: number, reason: string): Answer {
  return { status, body: { ok: false, reason } };
}

/**
 * Answers at once. Should the sender still be sending, the rest is thrown away for a moment, then the line cut: closing it
 * with the answer would take the answer away from a sender that has not read it yet.
 */
function send(request: Request, response: Response, { status, body }: Answer): void {
  if (status === 503) response.set('retry-after', '5');
  if (status === 401) response.set('www-authenticate', 'Bearer');
  if (!request.complete) {
    const timer = setTimeout(() => request.destroy(), DISCARD_LIMIT);
    request.once('close', () => clearTimeout(timer));
    request.resume();
  }
  response.status(status).json(body);
}
