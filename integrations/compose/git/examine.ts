import { type Finding, TargetError } from '../../target.ts';
import { examineDirectory, examineDocker, examineRoom, finding } from '../examine.ts';
import { type GitBinding, shortCommit } from './binding.ts';
import { changesOf } from './inspect.ts';
import { readGitProject } from './reading.ts';

/** Can the host be reached, may we use Docker and the work tree there, does the remote answer it, is there room? */
export async function examineGit(binding: GitBinding): Promise<readonly Finding[]> {
  const reached = await binding.host.examine();
  if (reached.some(({ ok }) => !ok)) return reached;
  const looks = await Promise.all([examineDocker(binding), examineDirectory(binding), examineRoom(binding)]);
  if (!looks[0].ok || !looks[1].ok) return [...reached, ...looks];
  return [...reached, ...looks, ...(await Promise.all([examineTree(binding), examineRemote(binding)]))];
}

function examineTree(binding: GitBinding): Promise<Finding> {
  const { host, config } = binding;
  const subject = `Work tree ${config.directory} on ${host.name}`;
  return finding(
    subject,
    'Clone the repository there, and commit or take away what no commit has.',
    async () => {
      const reading = await readGitProject(binding);
      if (reading.changes.length > 0) {
        throw new TargetError('conflict', `It has changes that no commit has: ${changesOf(reading)}.`);
      }
      const missing = config.services.filter((service) => !reading.hashes.has(service));
      if (missing.length > 0)
        throw new TargetError('invalid', `Its compose file has no ${missing.join(', ')}.`);
      return `is at ${shortCommit(reading.head)}, without changes`;
    },
  );
}

function examineRemote({ host, config, tags }: GitBinding): Promise<Finding> {
  const subject = `Remote ${config.remote} as ${host.name} sees it`;
  return finding(subject, 'Let the account on the host read the repository.', async () => {
    const [newest] = await tags.versions(1);
    if (newest === undefined) throw new TargetError('not-found', 'It has no tags.');
    return `has tags, the newest is ${newest}`;
  });
}
