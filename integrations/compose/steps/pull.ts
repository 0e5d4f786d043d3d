import type { z } from 'zod';
import { runId } from '../../detached.ts';
import type { StepProgress } from '../../target.ts';
import { keepTag } from '../journal.ts';
import { contentOf, partsIn, release } from '../release.ts';
import { beginWork, defineAction, followWork, type StepRun, type Work, workHandle } from './step.ts';

/** What has to be on the host. */
const input = release;
type Input = z.output<typeof input>;

const ATTEMPTS = 4;

/**
 * Arguments: images as repository, digest, tag, tag to keep it by. Standard input: host, account and secret of a
 * registry on three lines, or nothing. The sign-in lives in a directory of its own and ends with it.
 */
const PULL = `
set -eu
if IFS= read -r registry && [ -n "$registry" ]; then
  IFS= read -r user
  IFS= read -r secret
  DOCKER_CONFIG=$(mktemp -d)
  export DOCKER_CONFIG
  trap 'docker logout "$registry" >/dev/null 2>&1 || :; rm -rf "$DOCKER_CONFIG"' EXIT
  trap 'exit 1' TERM INT HUP
  printf %s "$secret" | docker login --username "$user" --password-stdin "$registry" >/dev/null || {
    echo "unauthorized: $registry does not let $user sign in with that password"
    exit 1
  }
  secret=
fi
while [ $# -gt 0 ]; do
  docker image inspect "$1@$2" >/dev/null 2>&1 || docker pull "$1@$2"
  docker tag "$1@$2" "$1:$3"
  docker tag "$1@$2" "$1:$4"
  shift 4
done
`;

/** Brings the approved contents to the host, by digest, and names them as the compose file will. */
export const pull = defineAction({
  input,
  handle: workHandle,
  async start(run, release) {
    return beginWork(run, await workOf(run, release));
  },
  async resume(run, release, handle): Promise<StepProgress> {
    const end = await followWork(run, await workOf(run, release), handle);
    if (end.phase !== 'done') return end;
    return { phase: 'succeeded', message: `${release.version} is on ${run.binding.host.name}` };
  },
});

async function workOf(run: StepRun, asked: Input): Promise<Work> {
  const { binding, context } = run;
  const images = partsIn(binding, asked).flatMap(({ name, image }) => {
    const content = contentOf(asked, name);
    return [image, content, asked.tag, keepTag(binding.project, content)];
  });
  return {
    doing: `pulling ${asked.version}`,
    id: runId(context, 'pull'),
    command: { argv: ['sh', '-c', PULL, 'sh', ...images], input: await signIn(run, asked) },
    attempts: ATTEMPTS,
  };
}

/** All images of a project that need a sign-in are in one registry: that of the main one. */
async function signIn({ binding }: StepRun, asked: Input): Promise<string> {
  const [main] = partsIn(binding, asked);
  const registry = main?.image.split('/')[0] ?? '';
  const credentials = await binding.credentials(registry);
  return credentials === null ? '' : `${registry}\n${credentials.username}\n${credentials.password}\n`;
}
