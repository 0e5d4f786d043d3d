import { readHeadroom, shortages } from '../headroom.ts';
import { type Finding, TargetError } from '../target.ts';
import type { ComposeBinding, ProjectBinding } from './binding.ts';
import { composeProgram, configuredImages } from './compose.ts';
import { dockerError } from './docker-errors.ts';

/** Arguments: directory, environment file. Prints what may not be done there. */
const MAY_WRITE = `
cd -- "$1" || { echo directory; exit 0; }
[ -w . ] || echo directory
[ ! -e "./$2" ] || [ -w "./$2" ] || echo environment
`;

/** Can the host be reached, may we use Docker there, does compose see the project, is there room? */
export async function examine(binding: ComposeBinding): Promise<readonly Finding[]> {
  const reached = await binding.host.examine();
  if (reached.some(({ ok }) => !ok)) return reached;
  const looks = await Promise.all([examineDocker(binding), examineDirectory(binding), examineRoom(binding)]);
  const project = looks[0].ok && looks[1].ok ? [await examineProject(binding)] : [];
  return [...reached, ...looks, ...project];
}

export function examineDocker(binding: ProjectBinding): Promise<Finding> {
  const { host } = binding;
  const subject = `Docker on ${host.name}`;
  const remedy = `Let the account use Docker there (DOCKER_HOST under hosts.${host.name}.environment, or its group), and install compose.`;
  return finding(subject, remedy, async () => {
    const argv = ['docker', 'version', '--format', '{{.Server.Version}}'] as const;
    const end = await host.run({ argv, timeLimit: 30_000 });
    if (end.status !== 0) throw dockerError(host.name, 'asking Docker', end.complaint);
    return `${end.output.trim()}, with ${(await composeProgram(binding)).join(' ')}`;
  });
}

export function examineDirectory({ host, config }: ProjectBinding): Promise<Finding> {
  const subject = `Directory ${config.directory} on ${host.name}`;
  const remedy = `Let the account write to it and to ${config.envFile}.`;
  return finding(subject, remedy, async () => {
    const argv = ['sh', '-c', MAY_WRITE, 'sh', config.directory, config.envFile] as const;
    const { output } = await host.run({ argv, timeLimit: 15_000 });
    if (output === '') return 'can be written to';
    throw new TargetError(
      'permission',
      `It may not be written to (${output.trim().split('\n').join(', ')}).`,
    );
  });
}

export async function examineRoom({ host, config }: ProjectBinding): Promise<Finding> {
  const subject = `Room on ${host.name}`;
  return finding(subject, 'Free some, or have a larger one.', async () => {
    const [short] = shortages(host.name, await readHeadroom(host, config.directory));
    if (short !== undefined) throw new TargetError('unhealthy', short);
    return 'there is enough disk and memory';
  });
}

function examineProject(binding: ComposeBinding): Promise<Finding> {
  const { host, project, parts } = binding;
  const subject = `Project ${project} on ${host.name}`;
  return finding(subject, 'Check `files` and `images` against the compose file.', async () => {
    const images = await configuredImages(
      binding,
      Object.fromEntries(parts.map(({ variable }) => [variable, 'x'])),
    );
    const missing = parts.filter(({ name }) => !images.has(name)).map(({ name }) => name);
    if (missing.length > 0)
      throw new TargetError('invalid', `Its compose file has no ${missing.join(', ')}.`);
    return `has ${[...images.keys()].join(', ')}`;
  });
}

/** One line: what a look found, or what it met. */
export async function finding(
  subject: string,
  remedy: string,
  look: () => Promise<string>,
): Promise<Finding> {
  try {
    return { subject, ok: true, detail: await look(), remedy: null };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return { subject, ok: false, detail: error.message, remedy };
  }
}
