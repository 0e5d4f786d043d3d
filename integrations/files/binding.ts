import type { TargetRef } from '../../src/domain/target.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import type { Host } from '../host.ts';
import type { ReleaseSource } from './archive/source.ts';
import type { FilesTargetConfig } from './config.ts';
import type { IgnoreRules } from './ignore.ts';

/** Everything that the parts of one files target work with. */
export interface FilesBinding {
  readonly ref: TargetRef;
  readonly config: FilesTargetConfig;
  readonly host: Host;
  readonly releases: ReleaseSource;
  readonly ignore: IgnoreRules;
  /** Where backups are, on the host. */
  readonly backups: string;
  /** Asks from here, and from the host. */
  readonly checkers: { readonly bot: HttpChecker; readonly host: HttpChecker };
  readonly checks: readonly HttpCheck[];
  /** Milliseconds during which the checks go on afterwards; 0 for no watch. */
  readonly watch: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
