import { type Finding, TargetError } from '../target.ts';
import type { FilesBinding } from './binding.ts';

const TIME_LIMIT = 30_000;
/** Programs that the host's part is made of. */
const TOOLS = ['find', 'xargs', 'sha256sum', 'tar', 'cp', 'mv', 'flock', 'awk', 'df'];

/** Prints the tools that are missing, then whether the directory can be written and lies on one file system. */
const QUESTIONS = `
directory=$1; backups=$2; shift 2
for tool in "$@"; do command -v "$tool" >/dev/null || printf 'missing %s\\n' "$tool"; done
find --version 2>/dev/null | grep -q GNU || echo 'missing GNU find'
[ -d "$directory" ] || { echo absent; exit; }
[ -w "$directory" ] && [ -x "$directory" ] || echo unwritable
[ ! -e "$directory/.slipway" ] || [ -w "$directory/.slipway" ] || echo unwritable
existing=$backups
while [ ! -e "$existing" ]; do existing=\${existing%/*}; existing=\${existing:-/}; done
[ -w "$existing" ] || echo 'no backups'
`;

/** What `slipway doctor` asks of a files target. */
export async function examine(binding: FilesBinding): Promise<readonly Finding[]> {
  const ofHost = await binding.host.examine();
  if (ofHost.some(({ ok }) => !ok)) return ofHost;
  return [...ofHost, ...(await Promise.all([directoryFinding(binding), releasesFinding(binding)]))];
}

async function directoryFinding({ host, config, backups }: FilesBinding): Promise<Finding> {
  const subject = `${config.directory} on ${host.name}`;
  return answer(subject, async () => {
    const { output } = await host.run({
      argv: ['sh', '-c', QUESTIONS, 'sh', config.directory, backups, ...TOOLS],
      timeLimit: TIME_LIMIT,
    });
    const said = output.split('\n').filter((line) => line !== '');
    const missing = said
      .filter((line) => line.startsWith('missing '))
      .map((line) => line.slice('missing '.length));
    if (missing.length > 0) {
      return wrong(
        subject,
        `the host lacks ${missing.join(', ')}`,
        'Install them: findutils, coreutils, tar, util-linux and awk.',
      );
    }
    if (said.includes('absent'))
      return wrong(subject, 'is not there', 'Make the directory, or correct it in the config.');
    if (said.includes('unwritable')) {
      return wrong(
        subject,
        'cannot be written by Slipway’s account',
        'Give the account that directory, or its group.',
      );
    }
    if (said.includes('no backups')) {
      return wrong(
        subject,
        `backups cannot be written to ${backups}`,
        'Give Slipway’s account that directory.',
      );
    }
    return { subject, ok: true, detail: 'is there and can be written', remedy: null };
  });
}

async function releasesFinding({ releases, config }: FilesBinding): Promise<Finding> {
  const { archive } = config;
  const subject = `Releases of ${'github' in archive ? archive.github : new URL(archive.url).host}`;
  return answer(subject, async () => {
    const [newest] = await releases.versions(1);
    const detail = newest === undefined ? 'no list of versions is published' : `the newest is ${newest}`;
    return { subject, ok: true, detail, remedy: null };
  });
}

function wrong(subject: string, detail: string, remedy: string): Finding {
  return { subject, ok: false, detail, remedy };
}

/** A question that cannot be asked is a finding too. */
async function answer(subject: string, question: () => Promise<Finding>): Promise<Finding> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return wrong(subject, error.message, 'Check the address and the network between, then run doctor again.');
  }
}
