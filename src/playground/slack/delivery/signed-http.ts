import { createHmac } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { newSecret } from '../ids.ts';
import type { Envelope, Receipt, Transport } from './transport.ts';

export interface SignedHttpOptions {
  /** The app's request URL. */
  readonly url: string;
  readonly signingSecret: string;
  readonly verificationToken: string;
  readonly acknowledgeMs: number;
  readonly clock: Clock;
}

/**
 * Delivery to a request URL, signed as Slack signs
 * (https://docs.slack.dev/authentication/verifying-requests-from-slack).
 */
export class SignedHttp implements Transport {
  readonly #options: SignedHttpOptions;

  constructor(options: SignedHttpOptions) {
    this.#options = options;
  }

  connected(): boolean {
    return true;
  }

  close(): void {
    // Requests under way end by their own time limit.
  }

  async deliver(envelope: Envelope, copies: number): Promise<Receipt> {
    const deliveries = Array.from({ length: copies }, () => this.#post(encode(envelope), envelope.retry));
    return Promise.race(deliveries);
  }

  /** Whether the URL answers Slack's challenge, as it must before Slack delivers anything to it. */
  async verify(): Promise<boolean> {
    const challenge = newSecret();
    const request = { type: 'url_verification', token: this.#options.verificationToken, challenge };
    const body = { type: 'application/json', text: JSON.stringify(request) };
    const receipt = await this.#post(body, { attempt: 0, reason: null });
    if (receipt.kind !== 'acknowledged') return false;
    const answer = receipt.body;
    return (
      answer === challenge || (isObject(answer) && 'challenge' in answer && answer.challenge === challenge)
    );
  }

  async #post(body: Body, retry: Envelope['retry']): Promise<Receipt> {
    const abort = new AbortController();
    const cancel = this.#options.clock.after(this.#options.acknowledgeMs, () => abort.abort());
    try {
      const headers = { ...this.#sign(body), ...retryHeaders(retry) };
      const request = { method: 'POST', headers, body: body.text, signal: abort.signal };
      return await readReceipt(await fetch(this.#options.url, request));
    } catch {
      return abort.signal.aborted
        ? { kind: 'timeout' }
        : { kind: 'failed', reason: 'connection_failed', final: false };
    } finally {
      cancel();
    }
  }

  #sign(body: Body): Record<string, string> {
    const timestamp = String(Math.floor(this.#options.clock.now() / 1000));
    const base = `v0:${timestamp}:${body.text}`;
    const signature = createHmac('sha256', this.#options.signingSecret).update(base).digest('hex');
    return {
      'content-type': body.type,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    };
  }
}

interface Body {
  readonly type: string;
  readonly text: string;
}

/** Events as JSON, slash commands as a form, interactions as a form with one JSON field. */
function encode({ type, payload }: Envelope): Body {
  if (type === 'events_api') return { type: 'application/json', text: JSON.stringify(payload) };
  const fields = type === 'interactive' ? { payload: JSON.stringify(payload) } : payload;
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
  return { type: 'application/x-www-form-urlencoded', text: form.toString() };
}

function retryHeaders({ attempt, reason }: Envelope['retry']): Record<string, string> {
  if (attempt === 0) return {};
  const why = reason === 'timeout' ? 'http_timeout' : (reason ?? 'unknown_error');
  return { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': why };
}

async function readReceipt(response: Response): Promise<Receipt> {
  const text = await response.text();
  if (!response.ok)
    return { kind: 'failed', reason: 'http_error', final: response.headers.get('x-slack-no-retry') === '1' };
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { kind: 'acknowledged', body: isJson ? JSON.parse(text) : text };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
