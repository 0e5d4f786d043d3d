import type { ArtifactSource } from '../../artifacts.ts';
import type { ProjectBinding } from '../binding.ts';
import type { StepRun } from '../steps/step.ts';
import type { ComposeGitTargetConfig } from './config.ts';

/** Everything that the parts of one such target work with. */
export interface GitBinding extends ProjectBinding {
  readonly config: ComposeGitTargetConfig;
  /** The tags of the remote, as the host sees them. */
  readonly tags: Pick<ArtifactSource, 'resolve' | 'versions'>;
}

export type GitRun = StepRun<GitBinding>;

/** Where all images stand that hosts keep for going back. */
export const KEPT = 'slipway-kept';

/** The name under which the host keeps what a service of a project runs at a commit. */
export function keptName(
  { project }: Pick<GitBinding, 'project'>,
  { service, commit }: { readonly service: string; readonly commit: string },
): string {
  return `${KEPT}:${keptTag(project, service)}${shortCommit(commit)}`;
}

/** How the tags of a service begin; no name of a project has a dot in it. */
export function keptTag(project: string, service: string): string {
  return `${project.slice(0, 50)}.${service.slice(0, 60)}.`;
}

/** Twelve hexadecimal digits. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}
