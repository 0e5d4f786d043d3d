import { z } from 'zod';
import type { Artifact } from '../../src/domain/artifact.ts';
import type { PlannedStep } from '../../src/domain/plan.ts';
import type { KubernetesBinding } from './binding.ts';
import { type CronJob, cronJob } from './objects.ts';
import { migrateStep } from './plan-steps.ts';
import { CRON_JOBS } from './resources.ts';
import { containerNames, containerOf, repositoryOf } from './template.ts';

interface Planned {
  readonly steps: readonly PlannedStep[];
  readonly warnings: readonly string[];
}

/** What comes before the rollout where data has to change first. */
export async function planMigration(binding: KubernetesBinding, artifact: Artifact): Promise<Planned> {
  const name = binding.migrationJob;
  if (name === null) return { steps: [], warnings: [] };
  const place = { resource: CRON_JOBS, namespace: binding.config.namespace, name };
  const found = await binding.api.read(place, cronJob);
  const containers = ownContainers(found, binding.repository);
  const own = containers.length > 0;
  const warnings = [`The job ${name} changes data, which undoing does not take back.`];
  if (!own) warnings.push(`The job ${name} runs its own image as it is.`);
  if (!found.spec.suspend) warnings.push(`The CronJob ${name} is not suspended: it also runs by itself.`);
  const image = own ? artifact.reference : null;
  return { steps: [migrateStep({ job: name, image, containers })], warnings };
}

const template = z.record(z.string(), z.json());

/** The containers that run the service's image; the only one there is, whatever its tag says, if it is of that repository. */
export function ownContainers({ spec }: CronJob, repository: string): readonly string[] {
  const parsed = template.safeParse(spec.jobTemplate.spec.template);
  if (!parsed.success) return [];
  const runs = (name: string) => repositoryOf(containerOf(parsed.data, name)?.image ?? '') === repository;
  return containerNames(parsed.data).filter(runs);
}
