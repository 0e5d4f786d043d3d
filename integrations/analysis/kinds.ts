import type { AnalysisProvider } from './analysis.ts';
import type { AnalysisConfig } from './config.ts';
import { createProbe } from './probe.ts';
import { createPrometheusAnalysis } from './prometheus.ts';

/** What providers of all kinds are built with. */
export interface AnalysisTools {
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

/** The providers of one canary's `analysis:`, in its order. They hold nothing that must be closed. */
export function createAnalysis(
  configs: readonly AnalysisConfig[],
  tools: AnalysisTools = {},
): readonly AnalysisProvider[] {
  return configs.map((config) => createProvider(config, tools));
}

/** Total over the kinds: one without a case does not compile. */
function createProvider(config: AnalysisConfig, tools: AnalysisTools): AnalysisProvider {
  switch (config.kind) {
    case 'probe':
      return createProbe(config, tools);
    case 'prometheus':
      return createPrometheusAnalysis(config, tools);
  }
}
