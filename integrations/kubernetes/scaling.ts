import type { Autoscaler } from './objects.ts';

type Metric = Autoscaler['spec']['metrics'][number];
type Current = Autoscaler['status']['currentMetrics'][number];
type Value = NonNullable<Current['resource']>['current'];

/** “HPA techassist-hpa: 4 pods of 3–20; cpu 82 % of 70 %, http_requests_per_second 48 of 50”. */
export function scalingText(scaler: Autoscaler): string {
  const { metadata, spec, status } = scaler;
  const range = `${spec.minReplicas ?? 1}–${spec.maxReplicas}`;
  const wanted = status.desiredReplicas === status.currentReplicas ? '' : `, wants ${status.desiredReplicas}`;
  const metrics = spec.metrics.map((metric) => metricText(metric, status.currentMetrics)).join(', ');
  const limited = status.conditions.find(
    ({ type, status: is }) => type === 'ScalingActive' && is === 'False',
  );
  const trouble = limited === undefined ? '' : `; it cannot scale: ${limited.message}`;
  const measured = metrics === '' ? '' : `; ${metrics}`;
  return `HPA ${metadata.name}: ${status.currentReplicas} pods of ${range}${wanted}${measured}${trouble}`;
}

function metricText(metric: Metric, measured: readonly Current[]): string {
  const { name, target } = sourceOf(metric);
  const found = measured.map((one) => currentOf(one)).find((one) => one?.name === name);
  const current = found == null ? 'unknown' : valueText(found.current);
  return `${name} ${current} of ${valueText(target)}`;
}

function sourceOf(metric: Metric): { readonly name: string; readonly target: Value } {
  const { resource, containerResource, pods, object, external, type } = metric;
  const byName = resource ?? containerResource;
  if (byName != null) return byName;
  const byMetric = pods ?? object ?? external;
  return byMetric == null
    ? { name: type, target: {} }
    : { name: byMetric.metric.name, target: byMetric.target };
}

function currentOf(current: Current): { readonly name: string; readonly current: Value } | null {
  const { resource, containerResource, pods, object, external } = current;
  const byName = resource ?? containerResource;
  if (byName != null) return byName;
  const byMetric = pods ?? object ?? external;
  return byMetric == null ? null : { name: byMetric.metric.name, current: byMetric.current };
}

function valueText({ averageUtilization, averageValue, value }: Value): string {
  if (averageUtilization != null) return `${averageUtilization} %`;
  return averageValue ?? value ?? 'unknown';
}
