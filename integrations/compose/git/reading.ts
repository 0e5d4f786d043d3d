import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../src/domain/json.ts';
import { TargetError } from '../../target.ts';
import { composeCommand } from '../compose.ts';
import { dockerError } from '../docker-errors.ts';
import { type Container, type LocalImage, readContainers, readImage, runningImages } from '../project.ts';
import { type GitBinding, KEPT, keptName } from './binding.ts';
import { type GitEntry, readGitJournal } from './journal.ts';
import { GIT, gitError } from './tags.ts';

/** A project and its work tree as they are on the host at one moment. */
export interface GitReading {
  /** The commit that is checked out. */
  readonly head: string;
  /** Where git keeps what it knows, and we our journal. */
  readonly gitDirectory: string;
  /** The branch that it is on; null where it is on none. */
  readonly branch: string | null;
  /** Files that git knows and that are not as the commit has them: `M docker-compose.yml`. */
  readonly changes: readonly string[];
  /** Commits by the tags that the work tree has. */
  readonly tags: ReadonlyMap<string, string>;
  /** Commits that we keep. */
  readonly commits: readonly string[];
  readonly journal: readonly GitEntry[];
  readonly containers: readonly Container[];
  /** The images that are kept for going back. */
  readonly kept: readonly LocalImage[];
  /** What compose would note on the containers that it makes now, by service; empty where it cannot read its file. */
  readonly hashes: ReadonlyMap<string, string>;
}

const NO_DIRECTORY = 3;
const NO_WORK_TREE = 6;

/** Arguments: directory, project, repository of kept images, a compose command. Prints parts behind “--” lines. */
const READ = `
cd -- "$1" || exit ${NO_DIRECTORY}
project=$2; kept=$3; shift 3
git rev-parse HEAD || exit ${NO_WORK_TREE}
git rev-parse --absolute-git-dir
git symbolic-ref -q --short HEAD
echo --
git status --porcelain --untracked-files=no | head -n 50
echo --
git for-each-ref --format='%(objectname) %(*objectname) %(refname:strip=2)' refs/tags
echo --
git for-each-ref --format='%(objectname)' refs/slipway
echo --
cat "$(git rev-parse --git-dir)/slipway.json" 2>/dev/null
echo
echo --
ids=$(docker ps -aq --no-trunc --filter "label=com.docker.compose.project=$project") || exit 5
if [ -n "$ids" ]; then docker inspect $ids || exit 5; else echo '[]'; fi
echo --
docker images --no-trunc --digests --format '{{json .}}' "$kept" || exit 5
echo --
"$@" config --hash '*' 2>/dev/null || :
`;

/** Reads all of it in one go. */
export async function readGitProject(binding: GitBinding, signal?: AbortSignal): Promise<GitReading> {
  return readWith(binding, await composeCommand(binding, []), signal);
}

/** The same without what compose would make, which takes it a while to say. */
export function readWorkTree(binding: GitBinding, signal: AbortSignal): Promise<GitReading> {
  return readWith(binding, ['true'], signal);
}

async function readWith(
  { host, config, project }: GitBinding,
  compose: readonly string[],
  signal?: AbortSignal,
): Promise<GitReading> {
  const argv = ['sh', '-c', READ, 'sh', config.directory, project, KEPT, ...compose] as const;
  const end = await host.run({ argv, environment: GIT, timeLimit: 60_000 }, signal);
  switch (end.status) {
    case 0:
      return parsed(end.output, host.name);
    case NO_DIRECTORY:
      throw new TargetError(
        'not-found',
        `${host.name} has no directory ${config.directory} that we may enter.`,
      );
    case NO_WORK_TREE:
      throw gitError(host.name, `looking for a commit in ${config.directory}`, end.complaint);
    default:
      throw dockerError(host.name, 'reading the project', end.complaint);
  }
}

function parsed(output: string, host: string): GitReading {
  const parts = output.split(/^--\n/m);
  const [
    at = '',
    changes = '',
    tags = '',
    commits = '',
    journal = '',
    containers = '',
    kept = '',
    hashes = '',
  ] = parts;
  const [head = '', gitDirectory = '', branch = ''] = at.split('\n');
  try {
    return {
      head,
      gitDirectory,
      branch: branch === '' ? null : branch,
      changes: linesOf(changes),
      tags: new Map(linesOf(tags).map(localTag)),
      commits: linesOf(commits),
      journal: readGitJournal(journal),
      containers: readContainers(containers),
      kept: linesOf(kept).map(readImage),
      hashes: new Map(
        linesOf(hashes).flatMap((line) => {
          const [service, hash] = line.split(' ');
          return service === undefined || hash === undefined ? [] : [[service, hash] as const];
        }),
      ),
    };
  } catch (cause) {
    throw new TargetError('invalid', `Docker on ${host} answers in a way that is not understood.`, { cause });
  }
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** `OBJECT COMMIT NAME`, where the second is empty for a tag that is no object of its own. */
function localTag(line: string): readonly [string, string] {
  const [object = '', commit = '', ...name] = line.split(' ');
  return [name.join(' '), commit === '' ? object : commit];
}

/** The id of the image that is kept of a service at a commit; null where none is. */
export function keptImage(binding: GitBinding, reading: GitReading, of: { service: string; commit: string }) {
  const name = keptName(binding, of);
  return reading.kept.find(({ repository, tag }) => `${repository}:${tag}` === name)?.id ?? null;
}

/**
 * Why what a service runs was not made from a commit; null when it was. It was if that commit is checked out without
 * a change, if compose would make the same containers from it now, and if they run the images that were made for it.
 */
export function strayed(
  binding: GitBinding,
  reading: GitReading,
  of: { readonly service: string; readonly commit: string },
): string | null {
  const { service, commit } = of;
  const own = reading.containers.filter((one) => one.service === service && one.status === 'running');
  if (own.length === 0) return `${service} does not run`;
  const hash = reading.hashes.get(service);
  if (hash === undefined) return `compose knows no service ${service} at this commit`;
  if (own.some(({ configHash }) => configHash !== hash)) {
    return `${service} was not started from what is checked out`;
  }
  const kept = keptImage(binding, reading, { service, commit });
  if (kept === null || own.every(({ imageId }) => imageId === kept)) return null;
  return `${service} runs another image than the one that was made for this commit`;
}

/** The commit that serves: the one that is checked out, if all that runs was made from it. Else null. */
export function servingCommit(binding: GitBinding, reading: GitReading): string | null {
  if (reading.changes.length > 0) return null;
  const { head: commit } = reading;
  const isServing = binding.config.services.every(
    (service) => strayed(binding, reading, { service, commit }) === null,
  );
  return isServing ? commit : null;
}

/** What people call a commit here: its tag, or what it was brought as. */
export function versionOf({ tags, journal }: GitReading, commit: string): string | null {
  const brought = journal.findLast((entry) => entry.commit === commit)?.version;
  return brought ?? [...tags].find(([, tagged]) => tagged === commit)?.[0] ?? null;
}

/** Over what is checked out and what runs. */
export function gitFingerprint({ config }: Pick<GitBinding, 'config'>, reading: GitReading): string {
  const images = runningImages(config.services, reading);
  const made = reading.containers
    .filter(({ service, status }) => status === 'running' && config.services.includes(service))
    .map(({ service, configHash }) => `${service} ${configHash}`)
    .sort();
  const all = { head: reading.head, changes: [...reading.changes], images, made };
  return createHash('sha256').update(canonicalJson(all)).digest('hex').slice(0, 32);
}
