import type { Measurement, Verdict } from '../../src/domain/verdict.ts';
import type { AnalysisProvider, AnalysisRequest } from './analysis.ts';
import { isComparable, type PrometheusConfig, type QueryConfig } from './config.ts';
import { compare, type Finding, type Limits, type Measured, measurementOf } from './limits.ts';
import { askPrometheus, type InstantAnswer } from './prometheus-client.ts';
import { fillTemplate } from './promql-template.ts';
import { verdictOn } from './verdict.ts';

export interface PrometheusTools {
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Judges a canary by what Prometheus says of it. Queries that mention `$canary` and not `$baseline` are asked twice:
 * as they stand, and with the baseline's revision in the canary's place.
 */
export function createPrometheusAnalysis(
  config: PrometheusConfig,
  tools: PrometheusTools = {},
): AnalysisProvider {
  const client = { url: config.url, timeout: config.timeout, fetch: tools.fetch ?? globalThis.fetch };
  return {
    name: `prometheus ${new URL(config.url).host}`,
    async judge(request) {
      const ask = (query: string, canary: string) =>
        askPrometheus(filled(query, canary, request), client, request.signal);
      const [counted, ...results] = await Promise.all([
        config.requests === undefined ? null : ask(config.requests, request.canary.revision),
        ...config.queries.map((query) => measure(query, request, ask)),
      ]);
      return weigh(config, counted, results);
    },
  };
}

type Ask = (query: string, canary: string) => Promise<InstantAnswer>;

/** What one query says of the canary. */
interface QueryResult {
  readonly query: QueryConfig;
  readonly finding: Finding;
  readonly measurement: Measurement;
  /** Prometheus' own. */
  readonly warnings: readonly string[];
}

async function measure(query: QueryConfig, request: AnalysisRequest, ask: Ask): Promise<QueryResult> {
  const [canary, baseline] = await Promise.all([
    ask(query.query, request.canary.revision),
    isComparable(query.query) ? ask(query.query, request.baseline.revision) : null,
  ]);
  const limits = limitsOf(query);
  const unit = (query.max ?? query.min)?.unit ?? 'number';
  const measured = {
    name: query.name,
    unit,
    canary: inUnit(canary, unit),
    baseline: baseline && inUnit(baseline, unit),
  };
  return {
    query,
    finding: compareOrExplain(measured, limits, [canary, limits.maxRatio === null ? null : baseline]),
    measurement: measurementOf(measured, limits),
    warnings: [canary, baseline].flatMap((answer) => (answer?.ok ? answer.warnings : [])),
  };
}

/** Without an answer that is needed, only what fails anyway can be told. */
function compareOrExplain(
  measured: Measured,
  limits: Limits,
  needed: readonly (InstantAnswer | null)[],
): Finding {
  const compared = compare(measured, limits);
  const unanswered = needed.find((answer) => answer?.ok === false);
  if (compared.kind === 'fail' || unanswered?.ok !== false) return compared;
  return { kind: 'unavailable', detail: unanswered.why };
}

function weigh(
  { minRequests }: PrometheusConfig,
  counted: InstantAnswer | null,
  results: readonly QueryResult[],
): Verdict {
  const samples = counted?.ok ? Math.floor(counted.value ?? 0) : 0;
  const rest = {
    measurements: results.map(({ measurement }) => measurement),
    samples,
    warnings: [...new Set(results.flatMap(warningsOf))],
  };
  if (counted?.ok === false) return verdictOn([{ kind: 'unavailable', detail: counted.why }], rest);
  if (counted !== null && samples < minRequests) {
    const detail = `there were ${samples} of the ${minRequests} requests that a verdict needs`;
    return verdictOn([{ kind: 'no-data', detail }], rest);
  }
  const findings = results.filter(({ query }) => query.weight === 'fail').map(({ finding }) => finding);
  return verdictOn(findings.length > 0 ? findings : [nothingHolds], rest);
}

const nothingHolds: Finding = { kind: 'pass', detail: 'every query only warns' };

function warningsOf({ query, finding, warnings }: QueryResult): readonly string[] {
  const ofPrometheus = warnings.map((warning) => `${query.name}: ${warning}`);
  const ours = query.weight === 'warn' && finding.kind !== 'pass' ? [told(query, finding)] : [];
  return [...ours, ...ofPrometheus];
}

/** The name of a query stands before what its source says. */
function told({ name }: QueryConfig, { kind, detail }: Finding): string {
  return kind === 'unavailable' ? `${name}: ${detail}` : detail;
}

function limitsOf({ max, min, maxRatio }: QueryConfig): Limits {
  return { max: max?.value ?? null, min: min?.value ?? null, maxRatio: maxRatio ?? null };
}

/** Prometheus measures time in seconds. */
function inUnit(answer: InstantAnswer, unit: Measurement['unit']): number | null {
  if (!answer.ok || answer.value === null) return null;
  return unit === 'ms' ? answer.value * 1_000 : answer.value;
}

function filled(query: string, canary: string, { service, baseline, window }: AnalysisRequest): string {
  return fillTemplate(query, { service, canary, baseline: baseline.revision, window });
}
