import { type Finding, TargetError } from '../target.ts';
import type { CloudRunBinding } from './binding.ts';

const SERVICE_PERMISSIONS = ['run.services.get', 'run.services.update'];
const JOB_PERMISSIONS = ['run.jobs.get', 'run.jobs.update', 'run.jobs.run', 'run.jobs.runWithOverrides'];

/** What `slipway doctor` asks of a Cloud Run target. Each question is asked by itself. */
export async function examine(binding: CloudRunBinding): Promise<readonly Finding[]> {
  const { api, names, config, migrationJob } = binding;
  const service = `Cloud Run service ${config.service}`;
  const questions: Promise<Finding>[] = [
    ask(service, async () => {
      const { uri } = await api.getService(names.service);
      return `is there${uri ? `, at ${uri}` : ''}`;
    }),
    permissions(binding, {
      kind: 'service',
      name: names.service,
      subject: service,
      wanted: SERVICE_PERMISSIONS,
    }),
    ask(`Registry of ${binding.repository}`, async () => {
      const versions = await binding.artifacts.versions(1);
      return versions[0] === undefined
        ? 'is there, without any version'
        : `is there; newest version ${versions[0]}`;
    }),
  ];
  if (migrationJob !== null) {
    const subject = `Cloud Run job ${migrationJob}`;
    const name = names.job(migrationJob);
    questions.push(
      ask(subject, async () => {
        await api.getJob(name);
        return 'is there';
      }),
      permissions(binding, { kind: 'job', name, subject, wanted: JOB_PERMISSIONS }),
    );
  }
  return Promise.all(questions);
}

function permissions(
  binding: CloudRunBinding,
  asked: { kind: 'service' | 'job'; name: string; subject: string; wanted: readonly string[] },
): Promise<Finding> {
  const subject = `Permissions on ${asked.subject}`;
  return answer(subject, async () => {
    const held = await binding.api.heldPermissions(asked.kind, asked.name, asked.wanted);
    const missing = asked.wanted.filter((permission) => !held.includes(permission));
    if (missing.length === 0) return { subject, ok: true, detail: asked.wanted.join(', '), remedy: null };
    return {
      subject,
      ok: false,
      detail: `missing: ${missing.join(', ')}`,
      remedy:
        'Grant Slipway’s service account roles/run.developer, and roles/iam.serviceAccountUser on the account that the service runs as.',
    };
  });
}

function ask(subject: string, question: () => Promise<string>): Promise<Finding> {
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

const REMEDIES: Partial<Record<TargetError['problem'], string>> = {
  permission: 'Give Slipway an identity with roles/run.developer there, and one that may read the registry.',
  'not-found': 'Correct project, region, name or image in the config, or create what is missing.',
  unavailable: 'Check the network between Slipway and that address, then run doctor again.',
  timeout: 'Check the network between Slipway and that address, then run doctor again.',
  quota: 'Wait, or ask for a higher quota.',
};
