import type { TargetRef } from '../../src/domain/target.ts';
import type { ArtifactSource } from '../artifacts.ts';
import type { Check, HttpChecker } from '../checks.ts';
import type { Host } from '../host.ts';
import type { ComposeTargetConfig, ProjectConfig } from './config.ts';

/** A service of the project that is deployed. */
export interface Part {
  readonly name: string;
  /** Its image repository, without tag. */
  readonly image: string;
  /** The variable from which the compose file takes its tag. */
  readonly variable: string;
}

/** How a registry lets an image be pulled: HTTP Basic, short-lived where the registry has such. */
export type PullCredentials = (
  registryHost: string,
) => Promise<{ readonly username: string; readonly password: string } | null>;

export interface Migration {
  readonly run: readonly [string, ...string[]];
  /** The service of the compose file in whose image it runs. */
  readonly service: string;
}

/** What a project on a host is worked with, wherever its versions come from. */
export interface ProjectBinding {
  readonly ref: TargetRef;
  readonly config: ProjectConfig;
  readonly host: Host;
  readonly project: string;
  /** Asks from here, and from the host. */
  readonly checkers: { readonly bot: HttpChecker; readonly host: HttpChecker };
  readonly checks: readonly Check[];
  /** Milliseconds during which the checks go on after it is up; 0 for no watch. */
  readonly watch: number;
  readonly migration: Migration | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Everything that the parts of one compose target work with. */
export interface ComposeBinding extends ProjectBinding {
  readonly config: ComposeTargetConfig;
  /** The main one first. */
  readonly parts: readonly Part[];
  readonly artifacts: (image: string) => ArtifactSource;
  readonly credentials: PullCredentials;
}

/** The services that are deployed, with where each gets its version from. */
export function partsOf({ images, variable, variables }: ComposeTargetConfig): readonly Part[] {
  return Object.entries(images).map(([name, image]) => ({
    name,
    image,
    variable: variables[name] ?? variable,
  }));
}

/** The project's name: what compose makes of the name of the directory, unless the config says it. */
export function projectOf({ project, directory }: Pick<ProjectConfig, 'project' | 'directory'>): string {
  if (project !== undefined) return project;
  const name = directory.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9_-]/g, '')
      .replace(/^[_-]+/, '') || 'default'
  );
}
