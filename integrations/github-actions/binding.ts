import type { TargetRef } from '../../src/domain/target.ts';
import type { HttpCheck, HttpChecker } from '../checks.ts';
import type { CodeHost } from '../code-host.ts';
import type { WorkflowHost } from '../workflows.ts';
import type { GithubActionsTargetConfig } from './config.ts';

/** Everything that the parts of a target share. */
export interface ActionsBinding {
  readonly ref: TargetRef;
  readonly config: GithubActionsTargetConfig;
  readonly code: CodeHost;
  readonly workflows: WorkflowHost;
  readonly checker: HttpChecker;
  readonly checks: readonly HttpCheck[];
  readonly now: () => number;
}

/** A commit under the name by which people know it. */
export interface Shipped {
  readonly commit: string;
  readonly version: string;
}

/** The inputs of a run that ships it, without the correlating one. */
export function inputsFor(
  { config, ref }: ActionsBinding,
  { commit, version }: Shipped,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(config.inputs).map(([name, value]) => [
      name,
      filled(value, { ...ref, sha: commit, version }),
    ]),
  );
}

/** The branch or tag whose workflow file ships it. */
export function refFor({ config }: ActionsBinding, { commit, version }: Shipped): string {
  return filled(config.ref, { version, sha: commit });
}

/** True where what runs is what a tag or branch names at that moment, which may not be what it named before. */
export function followsVersion({ config }: Pick<ActionsBinding, 'config'>): boolean {
  return config.ref.includes('{');
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
