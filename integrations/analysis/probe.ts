import type { Measurement, Verdict } from '../../src/domain/verdict.ts';
import type { AnalysisProvider, AnalysisRequest } from './analysis.ts';
import type { ProbeConfig } from './config.ts';
import { compare, type Finding, type Limits, type Measured, measurementOf } from './limits.ts';
import { percentile, type Sample, type Sampler, sampleRevision } from './sample.ts';
import { unmeasured, verdictOn } from './verdict.ts';

/**
 * Judges a canary by requests that it sends itself, to the canary and to the baseline at the same time. It has no
 * memory: every look sends its own requests, whatever the window. An error is a status other than the wanted one, or
 * no answer.
 */
export function createProbe(config: ProbeConfig, tools: Partial<Sampler> = {}): AnalysisProvider {
  const sampler: Sampler = {
    fetch: tools.fetch ?? globalThis.fetch,
    now: tools.now ?? (() => performance.now()),
  };
  return {
    name: `probe ${config.path}`,
    judge: (request) => judge(request, config, sampler),
  };
}

async function judge(
  { canary, baseline, signal }: AnalysisRequest,
  config: ProbeConfig,
  sampler: Sampler,
): Promise<Verdict> {
  if (canary.url === null) return unmeasured('unavailable', noAddress('canary', canary.revision));
  const sampleAt = (url: string) =>
    sampleRevision({ url: new URL(config.path, url), plan: config, signal }, sampler);
  const [ofCanary, ofBaseline] = await Promise.all([
    sampleAt(canary.url),
    baseline.url === null ? null : sampleAt(baseline.url),
  ]);
  if (ofBaseline !== null && isSilent(ofCanary) && isSilent(ofBaseline)) {
    const why = `neither the canary nor the baseline can be reached from here: ${ofCanary.mostly}`;
    return unmeasured('unavailable', why);
  }
  const needsBaseline = config.maxErrorRatio !== undefined || config.maxP95Ratio !== undefined;
  const lacking: readonly Finding[] =
    needsBaseline && ofBaseline === null
      ? [{ kind: 'unavailable', detail: noAddress('baseline', baseline.revision) }]
      : [];
  return weigh({ canary: ofCanary, baseline: ofBaseline, lacking }, config);
}

interface Samples {
  readonly canary: Sample;
  readonly baseline: Sample | null;
  readonly lacking: readonly Finding[];
}

function weigh({ canary, baseline, lacking }: Samples, config: ProbeConfig): Verdict {
  const enough = baseline !== null && baseline.sent >= config.minRequests ? baseline : null;
  const errors = measure('error rate', 'ratio', errorRate(canary), enough && errorRate(enough));
  const p95 = measure('p95', 'ms', percentile(canary.times, 95), enough && percentile(enough.times, 95));
  const { errorLimits, p95Limits } = limitsOf(config);
  const measurements = [
    measurementOf(errors, errorLimits),
    measurementOf(p95, p95Limits),
    ...[50, 99].map((rank) => unlimited(rank, canary, enough)),
  ];
  const rest = { measurements, samples: canary.sent };
  if (canary.sent < config.minRequests) return verdictOn([tooFew(canary, config)], rest);
  const findings = [explained(compare(errors, errorLimits), canary), compareTimes(p95, p95Limits)];
  return verdictOn([...findings.filter((finding) => finding !== null), ...lacking], rest);
}

/** A look that ran out of time says something only if the rest could not have saved it. */
function tooFew({ sent, errors, mostly }: Sample, { minRequests, maxErrorRate }: ProbeConfig): Finding {
  const counted = `${errors} of ${sent} requests failed, and there was no time for the other ${minRequests - sent}`;
  if (errors / minRequests > maxErrorRate) return { kind: 'fail', detail: `${counted} (${mostly})` };
  return { kind: 'no-data', detail: counted };
}

/** Null where there is nothing to hold it to: a canary without answers is judged by its errors. */
function compareTimes(p95: Measured, limits: Limits): Finding | null {
  if (limits.max === null && limits.maxRatio === null) return null;
  return compare(p95, limits);
}

function explained(finding: Finding, { errors, sent, mostly }: Sample): Finding {
  if (errors === 0) return finding;
  return { ...finding, detail: `${finding.detail}; ${errors} of ${sent} requests failed (${mostly})` };
}

function limitsOf(config: ProbeConfig): { readonly errorLimits: Limits; readonly p95Limits: Limits } {
  return {
    errorLimits: { max: config.maxErrorRate, min: null, maxRatio: config.maxErrorRatio ?? null },
    p95Limits: { max: config.maxP95 ?? null, min: null, maxRatio: config.maxP95Ratio ?? null },
  };
}

function unlimited(rank: number, canary: Sample, baseline: Sample | null): Measurement {
  const times = baseline && percentile(baseline.times, rank);
  const measured = measure(`p${rank}`, 'ms', percentile(canary.times, rank), times);
  return measurementOf(measured, { max: null, min: null, maxRatio: null });
}

function measure(
  name: string,
  unit: Measurement['unit'],
  canary: number | null,
  baseline: number | null,
): Measured {
  return { name, unit, canary, baseline };
}

function errorRate({ sent, errors }: Sample): number | null {
  return sent === 0 ? null : errors / sent;
}

/** Not one request reached anybody, which may well be our own network. */
function isSilent({ sent, unreachable }: Sample): boolean {
  return sent > 0 && unreachable === sent;
}

function noAddress(which: 'canary' | 'baseline', revision: string): string {
  return `the ${which} ${revision} has no address of its own that could be probed`;
}
