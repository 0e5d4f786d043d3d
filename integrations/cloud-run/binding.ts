import type { TargetRef } from '../../src/domain/target.ts';
import type { ArtifactSource } from '../artifacts.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import type { CloudRunApi } from './client.ts';
import type { CloudRunTargetConfig } from './config.ts';
import type { ResourceNames } from './names.ts';

/** Everything that the parts of one Cloud Run target work with. */
export interface CloudRunBinding {
  readonly ref: TargetRef;
  readonly config: CloudRunTargetConfig;
  readonly names: ResourceNames;
  readonly api: CloudRunApi;
  readonly artifacts: ArtifactSource;
  readonly checker: HttpChecker;
  /** The image repository of the service, without tag. */
  readonly repository: string;
  readonly checks: readonly HttpCheck[];
  /** Milliseconds during which the checks go on after traffic has moved; 0 for no watch. */
  readonly watch: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The job that migrates data before traffic moves; null when there is none. */
  readonly migrationJob: string | null;
}
