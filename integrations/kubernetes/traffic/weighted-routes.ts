import { z } from 'zod';
import { canonicalJson, type Json, type JsonObject } from '../../../src/domain/json.ts';
import { TargetError } from '../../target.ts';
import type { KubernetesBinding } from '../binding.ts';
import type { PatchOperation } from '../client.ts';
import { metadata } from '../objects.ts';
import { HTTP_ROUTES, type Place, placeText, VIRTUAL_SERVICES } from '../resources.ts';
import type { CanarySplit, Standing } from './canary-split.ts';
import type { TrafficConfig } from './config.ts';

type Istio = Extract<TrafficConfig, { kind: 'istio' }>;
type Gateway = Extract<TrafficConfig, { kind: 'gateway-api' }>;

const object: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** What both kinds of routes have in common: rules, each with weighted destinations. */
interface RouteKind {
  readonly place: Place;
  /** Where the rules stand in the spec, and the destinations in a rule. */
  readonly rules: string;
  readonly destinations: string;
  /** Of a destination without one. */
  readonly usualWeight: number;
  is(entry: JsonObject, side: 'stable' | 'canary'): boolean;
  /** The same destination, but the canary. */
  toCanary(stable: JsonObject): JsonObject;
}

/** By the weights of a VirtualService (networking.istio.io/v1). */
export function istioSplit(
  { api, config }: KubernetesBinding,
  { virtualService, stable, canary }: Istio,
): CanarySplit {
  const sides = { stable, canary };
  return weightedSplit(api, {
    place: { resource: VIRTUAL_SERVICES, namespace: config.namespace, name: virtualService },
    rules: 'http',
    destinations: 'route',
    usualWeight: 100,
    is({ destination }, side) {
      const { host, subset } = object.catch({}).parse(destination);
      return host === sides[side].host && (subset ?? undefined) === sides[side].subset;
    },
    toCanary(entry) {
      const { subset: _, ...rest } = object.catch({}).parse(entry.destination);
      const { host, subset } = canary;
      return { ...entry, destination: { ...rest, host, ...(subset === undefined ? {} : { subset }) } };
    },
  });
}

/** By the weights of an HTTPRoute (gateway.networking.k8s.io/v1). */
export function gatewaySplit(
  { api, config }: KubernetesBinding,
  { httpRoute, stable, canary }: Gateway,
): CanarySplit {
  const sides = { stable, canary };
  return weightedSplit(api, {
    place: { resource: HTTP_ROUTES, namespace: config.namespace, name: httpRoute },
    rules: 'rules',
    destinations: 'backendRefs',
    usualWeight: 1,
    is: ({ name, kind }, side) => name === sides[side] && (kind ?? 'Service') === 'Service',
    toCanary: (entry) => ({ ...entry, name: canary }),
  });
}

/** The destinations of one rule that leads to the workload. */
const ruleSchema = z.object({ index: z.number(), entries: z.array(object) });
type Rule = z.output<typeof ruleSchema>;
const foundSchema = z.object({ rules: z.array(ruleSchema) });

interface Reading {
  readonly resourceVersion: string;
  readonly rules: readonly Rule[];
}

const TRIES = 8;
const EVERY_PERCENT = Array.from({ length: 99 }, (_, at) => at + 1);

function weightedSplit(api: KubernetesBinding['api'], kind: RouteKind): CanarySplit {
  const read = (signal?: AbortSignal) => readRules(api, kind, signal);
  return {
    async find() {
      const { rules } = await read();
      ensureGround(kind, rules);
      return { rules: rules.map(({ index, entries }) => ({ index, entries })) };
    },
    reachable: () => EVERY_PERCENT,
    share: async () => shareIn(kind, (await read()).rules),
    async examine() {
      const { rules } = await read();
      ensureLeads(kind, rules);
      const count = rules.length === 1 ? '1 rule leads' : `${rules.length} rules lead`;
      return `is there; ${count} to the workload, ${textOf(kind, rules)}`;
    },
    pods: (stable) => stable,
    read: async (found, signal) => standing(kind, await read(signal), foundSchema.parse(found).rules),
    async set({ found, percent, allow }, signal) {
      const { rules } = foundSchema.parse(found);
      for (let attempt = 1; ; attempt += 1) {
        const now = await read(signal);
        if (!allow(standing(kind, now, rules))) return;
        const operations = patchOf(kind, now, rulesAt(kind, rules, percent));
        try {
          await api.patch(kind.place, operations, z.unknown(), signal);
          return;
        } catch (error) {
          const conflict = error instanceof TargetError && error.problem === 'conflict';
          if (!conflict || attempt === TRIES) throw error;
        }
      }
    },
  };
}

async function readRules(
  api: KubernetesBinding['api'],
  kind: RouteKind,
  signal?: AbortSignal,
): Promise<Reading> {
  const route = z.object({ metadata, spec: object });
  const { metadata: of, spec } = await api.read(kind.place, route, signal);
  const all = z.array(object).catch([]).parse(spec[kind.rules]);
  const rules = all
    .map((rule, index) => ({ index, entries: z.array(object).catch([]).parse(rule[kind.destinations]) }))
    .filter(({ entries }) => entries.some((one) => kind.is(one, 'stable') || kind.is(one, 'canary')));
  return { resourceVersion: of.resourceVersion, rules };
}

/** Everything that leads to the workload must lead to it alone: a split that is there already is somebody's. */
function ensureGround(kind: RouteKind, rules: readonly Rule[]): void {
  ensureLeads(kind, rules);
  const what = placeText(kind.place);
  const split = rules.some((rule) => percentIn(kind, rule) !== 0 || hasOthers(kind, rule));
  if (!split) return;
  throw new TargetError(
    'conflict',
    `The traffic in ${what} is split already: ${textOf(kind, rules)}. A canary needs all of it on the stable destination.`,
  );
}

function ensureLeads({ place, is }: RouteKind, rules: readonly Rule[]): void {
  if (rules.some(({ entries }) => entries.some((one) => is(one, 'stable')))) return;
  const what = placeText(place);
  throw new TargetError('invalid', `Nothing in ${what} leads to the stable destination of the config.`);
}

function hasOthers(kind: RouteKind, { index, entries }: Rule): boolean {
  return entries.filter((one) => kind.is(one, 'stable')).length !== 1 || isShared(kind, { index, entries });
}

/** Whether anything else than the two takes part. */
function isShared(kind: RouteKind, { entries }: Rule): boolean {
  return entries.some((one) => !kind.is(one, 'stable') && !kind.is(one, 'canary'));
}

function weightOf(kind: RouteKind, entry: JsonObject, alone: boolean): number {
  if (typeof entry.weight === 'number') return entry.weight;
  return alone ? kind.usualWeight : kind.usualWeight === 1 ? 1 : 0;
}

/** The canary's percent in one rule; null when nothing takes anything there. */
function percentIn(kind: RouteKind, { entries }: Rule): number | null {
  const alone = entries.length === 1;
  const total = entries.reduce((sum, one) => sum + weightOf(kind, one, alone), 0);
  const own = entries.filter((one) => kind.is(one, 'canary'));
  const taken = own.reduce((sum, one) => sum + weightOf(kind, one, alone), 0);
  return total === 0 ? null : Math.round((100 * taken) / total);
}

function standing(kind: RouteKind, now: Reading, found: readonly Rule[]): Standing {
  const is = canonicalJson(asJson(now.rules));
  return {
    at: (percent) => is === canonicalJson(asJson(rulesAt(kind, found, percent))),
    canaryTakes: now.rules.some((rule) => (percentIn(kind, rule) ?? 0) > 0),
    text: textOf(kind, now.rules),
  };
}

/** What was found, with so many percent for the canary; nothing but weights, and the canary where it was not named. */
function rulesAt(kind: RouteKind, found: readonly Rule[], percent: number): readonly Rule[] {
  if (percent === 0) return found;
  return found.map(({ index, entries }) => {
    const stable = entries.find((one) => kind.is(one, 'stable'));
    const named = entries.find((one) => kind.is(one, 'canary'));
    if (stable === undefined) return { index, entries };
    const canary = { ...(named ?? kind.toCanary(stable)), weight: percent };
    const others = entries.map((one) => {
      if (one === stable) return { ...one, weight: 100 - percent };
      return one === named ? canary : one;
    });
    return { index, entries: named === undefined ? [...others, canary] : others };
  });
}

/** The largest share that any rule gives the canary; rules that differ are told. */
function shareIn(kind: RouteKind, rules: readonly Rule[]) {
  const percents = rules.map((rule) => percentIn(kind, rule) ?? 0);
  const plain = new Set(percents).size <= 1 && !rules.some((rule) => isShared(kind, rule));
  const note = plain ? null : `${placeText(kind.place)}: ${textOf(kind, rules)}`;
  return { percent: Math.max(0, ...percents), note };
}

function patchOf(kind: RouteKind, now: Reading, wanted: readonly Rule[]): readonly PatchOperation[] {
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: now.resourceVersion },
    ...wanted.map(({ index, entries }) => ({
      op: 'replace' as const,
      path: `/spec/${kind.rules}/${index}/${kind.destinations}`,
      value: entries,
    })),
  ];
}

function textOf(kind: RouteKind, rules: readonly Rule[]): string {
  const percents = rules.map((rule) => {
    const canary = percentIn(kind, rule);
    if (canary === null) return 'nothing';
    return hasOthers(kind, rule) ? `${canary} % to the canary, and others` : `${canary} % to the canary`;
  });
  return [...new Set(percents)].join('; ') || '0 % to the canary';
}

function asJson(rules: readonly Rule[]): Json {
  return rules.map(({ index, entries }) => ({ index, entries }));
}
