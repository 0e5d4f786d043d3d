import { z } from 'zod';
import { latency, limit, percentage } from '../../src/config/quantities.ts';
import { templateProblem, usesVariable } from './promql-template.ts';

/** A look must end. */
const timeLimit = latency.refine((milliseconds) => milliseconds <= 60_000, { error: 'at most 1m' });
const ratio = z.number().min(1).max(1_000);

const probe = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/\S*$/, 'a path starting with /')
      .default('/health')
      .describe('What is requested from the canary and from the baseline.'),
    status: z.int().min(100).max(499).default(200).describe('The status that must come back.'),
    maxErrorRate: percentage
      .prefault('1%')
      .describe('Share of requests that may get another status, or no answer.'),
    maxP95: latency.optional().describe('Nineteen of twenty answers must come within this.'),
    maxErrorRatio: ratio.optional().describe('At most so many times the baseline’s error rate.'),
    maxP95Ratio: ratio.optional().describe('At most so many times the baseline’s p95.'),
    minRequests: z
      .int()
      .min(10)
      .max(1_000)
      .default(50)
      .describe('Requests that are sent to each at every look; with fewer there is no verdict.'),
    timeout: timeLimit.prefault('5s').describe('Time limit of one request.'),
  })
  .describe('Requests that the bot sends itself to the canary and the baseline; needs no monitoring.');

const promql = z
  .string()
  .min(1)
  .max(8_000)
  .superRefine((query, context) => {
    const problem = templateProblem(query);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

const query = z
  .strictObject({
    name: z.string().min(1).max(60).describe('What is measured, in the words that people read.'),
    query: promql.describe('PromQL that gives one number; seconds where the limit is a time.'),
    max: limit.optional().describe('The canary may have at most this: 1%, 250ms or 20.'),
    min: limit.optional().describe('The canary must have at least this.'),
    maxRatio: ratio
      .optional()
      .describe('At most so many times what the query gives for the baseline’s revision.'),
    weight: z.enum(['fail', 'warn']).default('fail').describe('warn: told, without consequence.'),
  })
  .refine(({ max, min, maxRatio }) => [max, min, maxRatio].some((one) => one !== undefined), {
    error: 'a limit: max, min or maxRatio',
  })
  .refine(({ max, min }) => max === undefined || min === undefined || max.unit === min.unit, {
    path: ['min'],
    error: 'written like max: both a percentage, a time or a number',
  })
  .refine(({ query: text, maxRatio }) => maxRatio === undefined || isComparable(text), {
    path: ['maxRatio'],
    error: 'only for a query that is asked again for the baseline: with $canary and without $baseline',
  });

const prometheus = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'an http or https address' })
      .describe('Where Prometheus answers, without /api.'),
    queries: z.array(query).min(1).max(20).describe('Each must give one number.'),
    requests: promql
      .optional()
      .describe('PromQL that counts the canary’s requests in $window, for minRequests.'),
    minRequests: z
      .int()
      .min(1)
      .default(50)
      .describe('With fewer `requests` there is no verdict. Says nothing without `requests`.'),
    timeout: timeLimit.prefault('10s').describe('Time limit of one query.'),
  })
  .refine(({ url }) => isPlain(new URL(url)), {
    error: 'in `url` an address without user, password, ? and #',
  })
  .describe(
    'What Prometheus knows. $service, $canary and $baseline stand in quotes, $window outside of them.',
  );

/** One entry of `analysis:`, of exactly one kind. */
export const analysisConfig = z
  .strictObject({ probe: probe.optional(), prometheus: prometheus.optional() })
  .transform((entry, context): AnalysisConfig => {
    if (entry.probe !== undefined && entry.prometheus === undefined) return { kind: 'probe', ...entry.probe };
    if (entry.prometheus !== undefined && entry.probe === undefined)
      return { kind: 'prometheus', ...entry.prometheus };
    context.addIssue({ code: 'custom', message: 'one of probe, prometheus; another is an entry of its own' });
    return z.NEVER;
  });

export type ProbeConfig = z.output<typeof probe>;
export type PrometheusConfig = z.output<typeof prometheus>;
export type QueryConfig = PrometheusConfig['queries'][number];
export type AnalysisConfig =
  | ({ readonly kind: 'probe' } & ProbeConfig)
  | ({ readonly kind: 'prometheus' } & PrometheusConfig);

/** Said of the whole entry, so that no password is repeated. */
function isPlain({ username, password, search, hash }: URL): boolean {
  return [username, password, search, hash].every((part) => part === '');
}

/** True for a query that can be asked of the baseline too, in the canary's place. */
export function isComparable(query: string): boolean {
  return usesVariable(query, 'canary') && !usesVariable(query, 'baseline');
}
