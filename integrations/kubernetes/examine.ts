import { type Finding, TargetError } from '../target.ts';
import type { KubernetesBinding } from './binding.ts';
import { missingRights } from './held-rights.ts';
import { workloadText } from './history.ts';
import { cronJob } from './objects.ts';
import { readWorkload } from './reading.ts';
import { CRON_JOBS } from './resources.ts';
import { rightsOf, rightText } from './rights.ts';

const REMEDIES: Partial<Record<TargetError['problem'], string>> = {
  permission: 'Give Slipway’s service account the role in manifests/kubernetes, or renew its kubeconfig.',
  'not-found': 'Correct namespace, workload or image in the config, or create what is missing.',
  invalid: 'Correct kubeconfig, context, container or image in the config.',
  unavailable: 'Check the network between Slipway and that address, then run doctor again.',
  timeout: 'Check the network between Slipway and that address, then run doctor again.',
  quota: 'Wait, then run doctor again.',
};

/** What `slipway doctor` asks of a Kubernetes target. Each question is asked by itself. */
export async function examine(binding: KubernetesBinding): Promise<readonly Finding[]> {
  return examineWith(binding, [askWorkload(binding)]);
}

/** The workload itself: is it there, and how is it? */
export function askWorkload(binding: KubernetesBinding): Promise<Finding> {
  return ask(capital(workloadText(binding.workload)), async () => {
    const { status } = await readWorkload(binding);
    const ready = status.readyReplicas || status.numberReady;
    return `is there, with the container ${binding.config.container}, ${ready} pods ready`;
  });
}

/** What every target is asked, and these findings about its own parts. */
export async function examineWith(
  binding: KubernetesBinding,
  parts: readonly Promise<Finding>[],
): Promise<readonly Finding[]> {
  const { api, migrationJob, repository, config } = binding;
  const questions = [
    ask('Kubernetes API', async () => `answers, ${await api.version()}`),
    ...parts,
    rights(binding),
    ask(`Registry of ${repository}`, async () => {
      const [newest] = await binding.artifacts.versions(1);
      return newest === undefined ? 'is there, without any version' : `is there; newest version ${newest}`;
    }),
  ];
  if (migrationJob !== null) {
    const place = { resource: CRON_JOBS, namespace: config.namespace, name: migrationJob };
    questions.push(
      ask(`CronJob ${migrationJob}`, async () => {
        const { spec } = await api.read(place, cronJob);
        return spec.suspend ? 'is there, suspended' : 'is there; it is not suspended and also runs by itself';
      }),
    );
  }
  return Promise.all(questions);
}

/** Asks the cluster itself about every right that this target's steps need. */
function rights(binding: KubernetesBinding): Promise<Finding> {
  const subject = `Rights in the namespace ${binding.config.namespace}`;
  return answer(subject, async () => {
    const wanted = rightsOf(binding);
    const missing = (await missingRights(binding, wanted)).map(rightText);
    if (missing.length === 0) return { subject, ok: true, detail: `all ${wanted.length}`, remedy: null };
    const remedy = REMEDIES.permission ?? null;
    return { subject, ok: false, detail: `missing: ${missing.join(', ')}`, remedy };
  });
}

export function ask(subject: string, question: () => Promise<string>): Promise<Finding> {
  return answer(subject, async () => ({ subject, ok: true, detail: await question(), remedy: null }));
}

/** A question that cannot be asked is a finding too. */
async function answer(subject: string, question: () => Promise<Finding>): Promise<Finding> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { subject, ok: false, detail: error.message, remedy: REMEDIES[error.problem] ?? null };
  }
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
