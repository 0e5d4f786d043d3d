import type { CanaryConfig, Config } from '../../config/schema.ts';
import type { CanaryTerms } from '../../domain/canary.ts';
import type { Json } from '../../domain/json.ts';
import type { CanaryRequest } from '../../domain/request.ts';
import type { TargetRef } from '../../domain/target.ts';

/** How canaries of a target are run, by the config. */
export function canaryRules(config: Config, target: TargetRef): CanaryConfig {
  const rules = config.services[target.service]?.environments[target.environment]?.canary;
  if (rules === undefined)
    throw new Error(`${target.service}/${target.environment} is not in the config any more`);
  return rules;
}

/** What the approvers of a canary agree to. */
export function canaryTerms(request: CanaryRequest, rules: CanaryConfig): CanaryTerms {
  const first = request.percent ?? rules.steps[0] ?? 1;
  const { pause, interval } = rules;
  const steps = [...new Set([first, ...rules.steps])].sort((a, b) => a - b);
  return { steps, first, pause, interval, auto: request.auto, analysis: canaryJson(rules) };
}

/** Everything that decides over a canary, as data that a plan can hold. */
export function canaryJson(rules: CanaryConfig): Json {
  const json: Json = JSON.parse(JSON.stringify(rules));
  return json;
}
