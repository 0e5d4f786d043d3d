import type { Host } from '../host.ts';
import { type Finding, TargetError } from '../target.ts';
import type { HostConfig } from './config.ts';

/** What the scripts of this folder call. */
const TOOLS = [
  ...['base64', 'cat', 'chmod', 'cut', 'date', 'df', 'env', 'find', 'head', 'ln', 'mkdir', 'mv', 'nohup'],
  ...['readlink', 'rm', 'sed', 'sha256sum', 'sleep', 'stat', 'tail', 'timeout'],
];

/** Arguments: work directory, names of programs. Prints the names that are missing. */
const LOOK_ROUND = `
work=\${1:-\${HOME:-}/.slipway}; shift
for tool; do command -v "$tool" >/dev/null || printf '%s ' "$tool"; done
[ -r /proc/self/stat ] || printf '/proc '
umask 077
mkdir -p "$work/runs" && [ -w "$work/runs" ] || printf 'work-directory '
`;

/** One look at a host, as `slipway doctor` tells it. */
export async function examineHost(host: Host, config: HostConfig): Promise<readonly Finding[]> {
  const subject = `Host ${host.name}`;
  try {
    const argv = ['sh', '-c', LOOK_ROUND, 'sh', config.workDirectory ?? '', ...TOOLS] as const;
    const { output } = await host.run({ argv, timeLimit: 20_000 });
    const missing = output.split(' ').filter((word) => word !== '');
    if (missing.length === 0) {
      return [{ subject, ok: true, detail: `logged in as ${host.identity}, by a known key`, remedy: null }];
    }
    const remedy = missing.includes('work-directory')
      ? `Let ${config.user} write to ${config.workDirectory ?? 'its home directory'}.`
      : 'Install the core utilities there; /proc must be mounted.';
    return [{ subject, ok: false, detail: `has no ${missing.join(', ')}`, remedy }];
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return [{ subject, ok: false, detail: error.message, remedy: remedyOf(error, config) }];
  }
}

function remedyOf({ problem, message }: TargetError, { user, keyFile, address, port }: HostConfig): string {
  if (problem === 'permission' && message.includes('SHA256:')) {
    return 'Compare it with ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub on the host itself.';
  }
  if (problem === 'permission')
    return `Add the public half of ${keyFile} to authorized_keys of ${user} there.`;
  if (problem === 'invalid') return `Check keyFile and knownHostsFile.`;
  return `Check that ${address}:${port} is right and can be reached from here.`;
}
