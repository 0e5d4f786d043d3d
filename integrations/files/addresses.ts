import type { CheckResult, HttpCheck, HttpChecker } from '../checks.ts';
import { isLoopback } from '../loopback.ts';
import type { FilesBinding } from './binding.ts';
import type { FilesTargetConfig } from './config.ts';

/** The request that tells whether it is up; null where the config has none. */
export function healthCheck({ health }: FilesTargetConfig): HttpCheck | null {
  if (health === undefined) return null;
  const { tries: _tries, pause: _pause, ...check } = health;
  return { ...check, successes: 1 };
}

/** Who asks: the host itself where the check says so, or its address is the host’s own. */
export function checkerFor({ config, checkers }: FilesBinding, { from, http }: HttpCheck): HttpChecker {
  if (from !== undefined) return checkers[from];
  const address = http.startsWith('/') ? config.url : http;
  return address !== undefined && isLoopback(new URL(address).host) ? checkers.host : checkers.bot;
}

/** Makes the checks one after the other, each from where it belongs. */
export async function runChecks(
  binding: FilesBinding,
  checks: readonly HttpCheck[],
  signal: AbortSignal,
): Promise<CheckResult> {
  const details: string[] = [];
  for (const check of checks) {
    const baseUrl = binding.config.url ?? check.http;
    const result = await checkerFor(binding, check).run({ checks: [check], baseUrl, signal });
    if (!result.ok) return result;
    details.push(result.detail);
  }
  return { ok: true, detail: details.join('; ') };
}
