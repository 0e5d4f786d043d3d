import { z } from 'zod';
import { type Finding, TargetError } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import { ask, askWorkload, examineWith } from '../examine.ts';
import { placeOf } from '../names.ts';
import { metadata, service } from '../objects.ts';
import { readWorkload } from '../reading.ts';
import { DESTINATION_RULES, SERVICES } from '../resources.ts';
import { asCanary } from './canary-split.ts';
import type { TrafficConfig } from './config.ts';
import { splitOf, trafficOf } from './split.ts';

type Labels = Readonly<Record<string, string>>;
type Side = 'stable' | 'canary';
const SIDES: readonly Side[] = ['stable', 'canary'];

/** What `slipway doctor` asks of a target with canaries: that the route, and all that it leads to, are there. */
export function examineTraffic(binding: KubernetesBinding): Promise<readonly Finding[]> {
  return examineWith(binding, [askWorkload(binding), askCanary(binding), ...partsOf(binding)]);
}

/** One that stands there keeps another from being made. */
function askCanary(binding: KubernetesBinding): Promise<Finding> {
  const own = asCanary(binding);
  return ask(`Canary ${own.workload.name}`, async () => {
    const found = await binding.api.find(placeOf(own.workload), z.object({ metadata }));
    return found === null ? 'its name is free' : 'stands there';
  });
}

/** Total over the kinds: one without a case does not compile. */
function partsOf(binding: KubernetesBinding): readonly Promise<Finding>[] {
  const config = trafficOf(binding);
  switch (config.kind) {
    case 'replicas':
      return [askRoute(binding, `Canaries of ${binding.workload.name}`)];
    case 'istio':
      return [
        askRoute(binding, `VirtualService ${config.virtualService}`),
        ...SIDES.map((side) => askDestination(binding, config, side)),
      ];
    case 'gateway-api':
      return [
        askRoute(binding, `HTTPRoute ${config.httpRoute}`),
        ...SIDES.map((side) =>
          ask(`Service ${config[side]}`, async () => {
            await ensureApart(binding, side, await selectorOf(binding, config[side]));
            return `is there, for the ${side} pods alone`;
          }),
        ),
      ];
  }
}

function askRoute(binding: KubernetesBinding, subject: string): Promise<Finding> {
  return ask(subject, () => splitOf(binding).examine());
}

const destinationRule = z.object({
  metadata,
  spec: z.object({
    host: z.string(),
    subsets: z
      .array(z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }))
      .default([]),
  }),
});

/** A destination of a VirtualService: its Service, and its subset where it has one. */
function askDestination(
  binding: KubernetesBinding,
  config: Extract<TrafficConfig, { kind: 'istio' }>,
  side: Side,
): Promise<Finding> {
  const { host, subset } = config[side];
  const subject = `Destination ${host}${subset === undefined ? '' : ` subset ${subset}`}`;
  return ask(subject, async () => {
    const name = serviceIn(host, binding.config.namespace);
    const selector = name === null ? {} : await selectorOf(binding, name);
    const labels = subset === undefined ? {} : await labelsOf(binding, host, subset);
    if (name === null && subset === undefined) return 'is in another namespace, and was not looked at';
    await ensureApart(binding, side, { ...selector, ...labels });
    return `is there, for the ${side} pods alone`;
  });
}

async function labelsOf({ api, config }: KubernetesBinding, host: string, subset: string): Promise<Labels> {
  const { namespace } = config;
  const all = await api.list({ resource: DESTINATION_RULES, namespace, name: null }, destinationRule);
  const own = all.filter(({ spec }) => hostIn(spec.host, namespace) === hostIn(host, namespace));
  const subsets = own.flatMap(({ spec }) => spec.subsets);
  const found = subsets.find(({ name }) => name === subset);
  if (found !== undefined) return found.labels;
  const names = subsets.map(({ name }) => name).join(', ');
  const what =
    own.length === 0
      ? `no DestinationRule for ${host} in ${namespace}`
      : `no such subset, only ${names || 'none at all'}`;
  throw new TargetError('not-found', `There is ${what}: requests for ${subset} would find nobody.`);
}

/** A host as Istio reads it: short names are those of the same namespace. */
function hostIn(host: string, namespace: string): string {
  return host.includes('.') ? host.replace(/\.svc(\.cluster\.local)?$/, '') : `${host}.${namespace}`;
}

/** The name of a Service in the target's namespace; null for what is elsewhere. */
function serviceIn(host: string, namespace: string): string | null {
  const [name, where, ...more] = hostIn(host, namespace).split('.');
  return where === namespace && more.length === 0 ? (name ?? null) : null;
}

async function selectorOf({ api, config }: KubernetesBinding, name: string): Promise<Labels> {
  const place = { resource: SERVICES, namespace: config.namespace, name };
  return (await api.read(place, service)).spec.selector;
}

const labelled = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }).prefault({}),
});

/** What leads to both sides would give each of them a share of its own, whatever the weights. */
async function ensureApart(binding: KubernetesBinding, side: Side, selector: Labels): Promise<void> {
  const stable = labelled.parse((await readWorkload(binding)).spec.template).metadata.labels;
  const labels = { stable, canary: { ...stable, ...trafficOf(binding).labels } };
  const other = side === 'stable' ? 'canary' : 'stable';
  const text = Object.entries(selector)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  if (!selects(selector, labels[side])) {
    throw new TargetError('invalid', `It selects ${text || 'nothing'}, which no ${side} pod has.`);
  }
  if (!selects(selector, labels[other])) return;
  throw new TargetError(
    'invalid',
    `It selects ${text}, which ${other} pods have too: they would take a share whatever the weights. Add a label that only ${side} pods have.`,
  );
}

function selects(selector: Labels, labels: Labels): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
