import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

const MODULE = path.join(import.meta.dirname, '../../../.ci/cluster');
/** As `.ci/cluster/build` has them: they name the directory. */
const BUILT_FROM = [
  'go.mod',
  'go.sum',
  'main.go',
  'argo/go.mod',
  'argo/go.sum',
  'crds/go.mod',
  'crds/go.sum',
];

/** What `.ci/setup kubernetes` has put onto this machine. */
export interface Programs {
  /** `etcd`, `kube-apiserver`, `kube-controller-manager`, `kube-scheduler`, `kubectl`, `kwok`, `rollouts-controller` stand in it. */
  readonly bin: string;
  /** Custom resource definitions, one file each. */
  readonly crds: string;
  readonly version: string;
}

/** The programs at the version that `.ci/cluster` pins; null where they are not built. */
export function installedPrograms(): Programs | null {
  const files = BUILT_FROM.map((name) => readFileSync(path.join(MODULE, name)));
  const key = createHash('sha256').update(Buffer.concat(files)).digest('hex').slice(0, 12);
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(String(files[0]))?.[1] ?? '';
  const home = path.join(homedir(), '.cache/slipway-cluster', `${version}-${key}`);
  if (!existsSync(path.join(home, 'complete'))) return null;
  return { bin: path.join(home, 'bin'), crds: path.join(home, 'crds'), version };
}
