import { TargetError } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import { type WorkloadName, workloadName } from '../names.ts';
import { type Service, service } from '../objects.ts';
import { type Place, SERVICES } from '../resources.ts';
import type { BlueGreenConfig } from './config.ts';

/** Which of the two takes the traffic, and which does not. */
export interface Colours {
  readonly service: Service;
  readonly active: string;
  readonly idle: string;
}

/** What stands on the Service and the colours, beside the annotations that every rollout writes. */
export const COLOUR_MARKS = {
  /** On the Service: which colour served before we switched. */
  previous: 'slipway/previous-colour',
  /** On the Service: which operation switched it. */
  switchedBy: 'slipway/operation',
  /** On a colour that we have scaled to zero: by which operation, and how many pods it had. */
  retired: 'slipway/retired',
} as const;

export function blueGreenOf({ config }: KubernetesBinding): BlueGreenConfig {
  if (config.blueGreen !== undefined) return config.blueGreen;
  throw new TargetError('invalid', 'The config has no `blueGreen` for this target any more.');
}

/** The Deployment of a colour: `NAME-blue`. */
export function colourName(binding: KubernetesBinding, colour: string): WorkloadName {
  const { config } = binding;
  return workloadName(`${config.workload}-${colour}`, config.namespace);
}

/** The target as if it had only that colour. */
export function inColour(binding: KubernetesBinding, colour: string): KubernetesBinding {
  return { ...binding, workload: colourName(binding, colour) };
}

export function servicePlace(binding: KubernetesBinding): Place {
  return { resource: SERVICES, namespace: binding.config.namespace, name: blueGreenOf(binding).service };
}

export async function readColours(binding: KubernetesBinding, signal?: AbortSignal): Promise<Colours> {
  const { label, colours, service: name } = blueGreenOf(binding);
  const found = await binding.api.read(servicePlace(binding), service, signal);
  const active = selectedColour(binding, found);
  const idle = colours.find((colour) => colour !== active);
  if (idle !== undefined && active !== null && colours.includes(active))
    return { service: found, active, idle };
  throw new TargetError(
    'invalid',
    `The Service ${name} selects ${label}=${active ?? '(nothing)'}, which is neither ${colours.join(' nor ')}. Correct \`blueGreen\` in the config, or the selector.`,
  );
}

export function selectedColour(binding: KubernetesBinding, { spec }: Service): string | null {
  return spec.selector[blueGreenOf(binding).label] ?? null;
}
