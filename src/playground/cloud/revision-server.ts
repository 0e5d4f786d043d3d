import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Counter, Histogram, Registry } from 'prom-client';
import type { Clock, Random } from './context.ts';
import { type Behaviour, images } from './images.ts';
import { shortName } from './names.ts';
import type { Revision } from './records.ts';

/** Requests that a revision answered, and how many of those with a status of 500 or more. */
export interface RequestCount {
  readonly requests: number;
  readonly errors: number;
}

interface Instance {
  count: RequestCount;
  /** Requests through the front door since the revision last began to take production traffic. */
  production: number;
  /** When that was. */
  servingSince: number | null;
}

interface Answer {
  readonly code: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const neverReady: Behaviour = { starts: false, startMs: 0, answerMs: 0 };
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Runs the containers of all revisions: answers requests as their images have it, and counts them. */
export class RevisionServer {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #instances = new Map<string, Instance>();
  readonly #metrics = new Map<string, ServiceMetrics>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  count(revision: string): RequestCount {
    return this.#instances.get(revision)?.count ?? { requests: 0, errors: 0 };
  }

  /** The metrics of all revisions of a service that were asked since the start, in Prometheus' text format. */
  async metrics(service: string): Promise<{ readonly contentType: string; readonly text: string }> {
    const { registry } = this.#metricsOf(service);
    return { contentType: registry.contentType, text: await registry.metrics() };
  }

  /** Answers one request. `production` tells the front door of the service from the URL of a tag. */
  async answer(
    revision: Revision,
    request: { readonly path: string; readonly production: boolean },
    response: ServerResponse,
  ): Promise<void> {
    const startedAt = performance.now();
    const behaviour = behaviourOf(revision);
    const instance = this.#instance(revision);
    if (request.production) instance.production += 1;
    const answer = this.#decide(revision, behaviour, request.path);
    await delay(behaviour.answerMs * (0.75 + this.#random() / 2));
    send(response, answer);
    this.#record(revision, answer.code, (performance.now() - startedAt) / 1000);
  }

  #decide(revision: Revision, behaviour: Behaviour, path: string): Answer {
    const healthy = this.#isHealthy(revision, behaviour);
    if (path === '/health')
      return healthy ? ok({ status: 'ok' }) : { code: 503, body: { status: 'unhealthy' } };
    if (!healthy) return { code: 500, body: { error: 'out of database connections' } };
    if (path !== '/') return { code: 404, body: { error: `no such path: ${path}` } };
    const { id, image, version } = revision;
    return ok({ service: shortName(revision.service), revision: id, image, version });
  }

  #isHealthy(revision: Revision, behaviour: Behaviour): boolean {
    const { healthyFor } = behaviour;
    if (healthyFor === undefined || revision.servingSince === null) return true;
    const { production } = this.#instance(revision);
    const age = this.#clock.now() - revision.servingSince;
    return age < healthyFor.ms && production <= healthyFor.requests;
  }

  /** The instance of a revision: a new one each time that the revision begins to take production traffic. */
  #instance(revision: Revision): Instance {
    const known = this.#instances.get(revision.name);
    if (known?.servingSince === revision.servingSince) return known;
    const instance = { count: this.count(revision.name), production: 0, servingSince: revision.servingSince };
    this.#instances.set(revision.name, instance);
    return instance;
  }

  #record(revision: Revision, code: number, seconds: number): void {
    const instance = this.#instance(revision);
    const { requests, errors } = instance.count;
    instance.count = { requests: requests + 1, errors: errors + (code >= 500 ? 1 : 0) };
    const service = shortName(revision.service);
    const labels = { service, revision: revision.id, version: revision.version, code: String(code) };
    const metrics = this.#metricsOf(service);
    metrics.requests.inc(labels);
    metrics.duration.observe(labels, seconds);
  }

  #metricsOf(service: string): ServiceMetrics {
    const known = this.#metrics.get(service) ?? createMetrics();
    this.#metrics.set(service, known);
    return known;
  }
}

interface ServiceMetrics {
  readonly registry: Registry;
  readonly requests: Counter;
  readonly duration: Histogram;
}

function createMetrics(): ServiceMetrics {
  const registry = new Registry();
  const labelNames = ['service', 'revision', 'version', 'code'];
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered.',
    labelNames,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from request to answer.',
    labelNames,
    buckets,
    registers: [registry],
  });
  return { registry, requests, duration };
}

function behaviourOf(revision: Revision): Behaviour {
  return images.find((image) => image.manifest.digest === revision.digest)?.behaviour ?? neverReady;
}

function ok(body: Readonly<Record<string, unknown>>): Answer {
  return { code: 200, body };
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer.body));
}
