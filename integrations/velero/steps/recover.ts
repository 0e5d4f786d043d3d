import { z } from 'zod';
import { type HttpCheck, storedHttpChecks } from '../../checks.ts';
import { type StepProgress, TargetError } from '../../target.ts';
import { atHome } from '../binding.ts';
import { PODS, SERVICES } from '../cluster.ts';
import { RESTORE_LABEL, requestName } from '../names.ts';
import { pod, service } from '../objects.ts';
import { isReady, podTrouble, readWorkloads, settledState } from '../workloads.ts';
import { defineLook, failed, running, succeeded, type VeleroRun } from './step.ts';

const MOST_NAMED = 3;

/** Waits until everything that was restored and has pods has them, ready. */
export const waitForPods = defineLook(z.object({}), lookAtPods);

async function lookAtPods(run: VeleroRun): Promise<StepProgress> {
  const { binding, context } = run;
  const labelSelector = `${RESTORE_LABEL}=${requestName(context.operationId, 'restore')}`;
  const found = await readWorkloads(binding, labelSelector, context.signal);
  const states = found.map(settledState);
  const stuck = states.filter(({ is }) => is === 'stuck');
  const waiting = states.filter(({ is }) => is === 'waiting');
  if (stuck.length === 0 && waiting.length === 0) {
    const names = states.map(({ what }) => what).join(', ');
    return succeeded(
      found.length === 0 ? 'Nothing in the backup has pods.' : `All pods are ready: ${names}.`,
    );
  }
  const troubles = await troubledPods(run);
  const told = [...stuck, ...waiting].slice(0, MOST_NAMED).map(({ what }) => what);
  const message = `${told.join('; ')}${troubles === '' ? '' : `. ${troubles}`}`;
  return stuck.length > 0 ? failed('unhealthy', `${message}.`) : running(message);
}

async function troubledPods({ binding, context }: VeleroRun): Promise<string> {
  const pods = await binding.cluster.list(atHome(binding, PODS), pod, {}, context.signal);
  const troubles = pods.map(podTrouble).filter((text) => text !== null);
  const rest = troubles.length - MOST_NAMED;
  const more = rest > 0 ? `, and ${rest} more` : '';
  return troubles.length === 0 ? '' : `In trouble: ${troubles.slice(0, MOST_NAMED).join(', ')}${more}`;
}

const health = z.object({ service: z.string(), port: z.number(), check: storedHttpChecks.element });

/** Asks every ready pod of the Service, through the API server: nobody is led to them yet. */
export const checkPods = defineLook(health, askPods);

async function askPods(run: VeleroRun, asked: z.output<typeof health>): Promise<StepProgress> {
  const { binding, context } = run;
  const place = atHome(binding, SERVICES, asked.service);
  const found = await binding.cluster.find(place, service, context.signal);
  if (found === null)
    return failed('not-found', `The backup did not bring back the Service ${asked.service}.`);
  const labelSelector = Object.entries(found.spec.selector)
    .map(([name, value]) => `${name}=${value}`)
    .join();
  if (labelSelector === '') return failed('invalid', `The Service ${asked.service} selects no pods.`);
  const pods = await binding.cluster.list(atHome(binding, PODS), pod, { labelSelector }, context.signal);
  const ready = pods.filter(isReady);
  if (ready.length === 0) return running(`no pod of ${asked.service} is ready`);
  const results = await Promise.all(
    ready.map(async ({ metadata: { name } }) => {
      const request = {
        checks: [asked.check],
        baseUrl: `http://${name}:${asked.port}`,
        signal: context.signal,
      };
      return { name, ...(await binding.pods.run(request)) };
    }),
  );
  const wrong = results.find(({ ok }) => !ok);
  if (wrong !== undefined) return failed('unhealthy', `${wrong.name} is not healthy: ${wrong.detail}`);
  const count = ready.length === 1 ? 'The one pod' : `All ${ready.length} pods`;
  return succeeded(`${count} of ${asked.service} answered ${asked.check.http} rightly.`);
}

const reach = z.object({ checks: storedHttpChecks });

/** The checks of `verify:`, where people reach the service. */
export const checkReached = defineLook(reach, reached);

async function reached(
  { binding, context }: VeleroRun,
  { checks }: z.output<typeof reach>,
): Promise<StepProgress> {
  const { checker, url } = binding.reached;
  const result = await checker.run({
    checks,
    baseUrl: url ?? baseOf(checks),
    // What leads traffic there was changed a moment ago.
    settle: 30_000,
    signal: context.signal,
  });
  return result.ok ? succeeded(result.detail) : failed('unhealthy', result.detail);
}

/** Checks with whole addresses need none; the config is refused when others have none. */
function baseOf(checks: readonly HttpCheck[]): string {
  const [first] = checks;
  if (first !== undefined && checks.every(({ http }) => !http.startsWith('/'))) return first.http;
  throw new TargetError('invalid', 'There is a check of a path, and the target has no `url` in the config.');
}
