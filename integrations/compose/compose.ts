import { parse } from 'yaml';
import { z } from 'zod';
import type { CommandEnd } from '../host.ts';
import { TargetError } from '../target.ts';
import type { ComposeBinding, ProjectBinding } from './binding.ts';
import { dockerError } from './docker-errors.ts';

const SHORT = 60_000;

const configOutput = z.object({
  services: z.record(
    z.string(),
    z.object({ image: z.string().optional(), pull_policy: z.string().optional() }),
  ),
});

/** Found programs, by host: which one is there does not change while we run. */
const programs = new WeakMap<ComposeBinding['host'], Promise<readonly [string, ...string[]]>>();

/** `docker compose`, or `docker-compose` where there is no such plug-in. */
export function composeProgram({
  host,
}: Pick<ProjectBinding, 'host'>): Promise<readonly [string, ...string[]]> {
  const known = programs.get(host);
  if (known !== undefined) return known;
  const looking = findProgram(host);
  programs.set(host, looking);
  looking.catch(() => programs.delete(host));
  return looking;
}

async function findProgram(host: ComposeBinding['host']): Promise<readonly [string, ...string[]]> {
  for (const program of [['docker', 'compose'], ['docker-compose']] as const) {
    const end = await host.run({ argv: [...program, 'version'], timeLimit: SHORT });
    if (end.status === 0) return program;
  }
  throw new TargetError('not-found', `${host.name} has neither docker compose nor docker-compose.`);
}

/** A compose command on the project, to be run in its directory. */
export async function composeCommand(
  binding: ProjectBinding,
  words: readonly string[],
): Promise<readonly [string, ...string[]]> {
  const { config, project } = binding;
  const program = await composeProgram(binding);
  const files = (config.files ?? []).flatMap((file) => ['-f', file]);
  return [...program, '--ansi', 'never', '-p', project, ...files, ...(await envFileWords(binding)), ...words];
}

/** The default file is found by compose itself, if it is there; another one has to be named. */
async function envFileWords({ config }: ProjectBinding): Promise<readonly string[]> {
  return config.envFile === '.env' ? [] : ['--env-file', config.envFile];
}

/**
 * The image of every service as compose will have it: with its own files, its environment file, and these
 * variables on top.
 */
export async function configuredImages(
  binding: ComposeBinding,
  variables: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const argv = await composeCommand(binding, ['config']);
  const end = await runIn(binding, { argv, environment: variables }, signal);
  if (end.status !== 0) throw dockerError(binding.host.name, 'reading the compose file', end.complaint);
  const parsed = configOutput.safeParse(parseYaml(end.output));
  if (!parsed.success) {
    throw new TargetError('invalid', `On ${binding.host.name}, compose shows a config without services.`);
  }
  const { services } = parsed.data;
  const fetching = fetchesItself(binding, services);
  if (fetching !== null) throw new TargetError('invalid', fetching);
  return new Map(Object.entries(services).map(([name, { image }]) => [name, image ?? '']));
}

/** Policies by which compose runs what is on the host, which is what was approved: the tag is given to it there. */
const LOCAL: readonly (string | undefined)[] = [undefined, 'missing', 'if_not_present', 'never'];

/** The sentence that says which service would run what its tag names in the registry by then; null when none would. */
function fetchesItself(
  { parts, migration, host }: Pick<ComposeBinding, 'parts' | 'migration' | 'host'>,
  services: z.output<typeof configOutput>['services'],
): string | null {
  for (const name of [
    ...parts.map((part) => part.name),
    ...(migration === null ? [] : [migration.service]),
  ]) {
    const policy = services[name]?.pull_policy;
    if (LOCAL.includes(policy)) continue;
    return `${name} on ${host.name} has pull_policy: ${policy} in the compose file: it would run whatever its tag names when it is started, and not what was approved. Take that away, or make it missing.`;
  }
  return null;
}

/** The sentence that says which service does not get the tag; null when all do. */
export function shadowed(
  { parts, config, host }: Pick<ComposeBinding, 'parts' | 'config' | 'host'>,
  images: ReadonlyMap<string, string>,
  tags: (part: string) => string | null,
): string | null {
  for (const { name, image, variable } of parts) {
    const tag = tags(name);
    const shown = images.get(name);
    if (tag === null || shown === `${image}:${tag}`) continue;
    const found =
      shown === undefined ? 'the compose file has no such service' : `compose shows ${shown || 'no image'}`;
    return `${name} on ${host.name} would not run ${image}:${tag}: ${found}. Its image must be ${image}:\${${variable}}, and nothing but ${config.envFile} may set ${variable}.`;
  }
  return null;
}

/** A short command in the project's directory. */
export function runIn(
  { host, config }: ProjectBinding,
  command: {
    readonly argv: readonly [string, ...string[]];
    readonly environment?: Readonly<Record<string, string>>;
    readonly timeLimit?: number;
  },
  signal?: AbortSignal,
): Promise<CommandEnd> {
  return host.run({ timeLimit: SHORT, ...command, directory: config.directory }, signal);
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
