import { parse } from 'yaml';
import { z } from 'zod';
import { TargetError } from '../../target.ts';
import { composeCommand, composeProgram, runIn } from '../compose.ts';
import { dockerError } from '../docker-errors.ts';
import type { GitBinding } from './binding.ts';

const configOutput = z.object({
  services: z.record(z.string(), z.object({ image: z.string().optional(), build: z.unknown().optional() })),
});

/** A service of the compose file that is checked out. */
export interface GitService {
  readonly name: string;
  /** What compose calls its image. */
  readonly image: string;
  readonly isBuilt: boolean;
}

/** All services of the compose file that is checked out. */
export async function servicesOf(binding: GitBinding, signal?: AbortSignal): Promise<readonly GitService[]> {
  const { host, config } = binding;
  const end = await runIn(binding, { argv: await composeCommand(binding, ['config']) }, signal);
  if (end.status !== 0) throw dockerError(host.name, 'reading the compose file', end.complaint);
  const { services } = configOutput.parse(parse(end.output));
  const missing = config.services.find((name) => services[name] === undefined);
  if (missing !== undefined) {
    throw new TargetError(
      'invalid',
      `The compose file on ${host.name} has no service ${missing} at this commit.`,
    );
  }
  const prefix = await imagePrefix(binding, signal);
  return Object.entries(services).map(([name, { image, build }]) => ({
    name,
    image: image ?? `${prefix}${name}`,
    isBuilt: build !== undefined && build !== null,
  }));
}

/** The versions of compose that were found, by host: they do not change while we run. */
const versions = new WeakMap<GitBinding['host'], string>();

/** How compose begins the names of images that have none in its file: `shop_` of the first compose, `shop-` since. */
async function imagePrefix(binding: GitBinding, signal?: AbortSignal): Promise<string> {
  const argv = [...(await composeProgram(binding)), 'version', '--short'] as const;
  const output = versions.get(binding.host) ?? (await runIn(binding, { argv }, signal)).output;
  versions.set(binding.host, output);
  return /^v?1\./.test(output.trim()) ? `${binding.project.replace(/^[_-]+/, '')}_` : `${binding.project}-`;
}
