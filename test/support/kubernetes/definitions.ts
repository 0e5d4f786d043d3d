import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ApiServer, Resource } from './api-server.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The kinds that tests use; their projects have many more, and each costs the API server time. */
const WANTED = new Set([
  'logs.kwok.x-k8s.io',
  'clusterlogs.kwok.x-k8s.io',
  'virtualservices.networking.istio.io',
  'destinationrules.networking.istio.io',
  'httproutes.gateway.networking.k8s.io',
  'rollouts.argoproj.io',
  'analysisruns.argoproj.io',
  'analysistemplates.argoproj.io',
  'clusteranalysistemplates.argoproj.io',
  'experiments.argoproj.io',
  'servicemonitors.monitoring.coreos.com',
  'prometheusrules.monitoring.coreos.com',
  'backups.velero.io',
  'restores.velero.io',
  'backupstoragelocations.velero.io',
  'deletebackuprequests.velero.io',
]);

/** Creates the custom kinds that stand in a directory of YAML files, and waits until they are served. */
export async function defineKinds(api: ApiServer, directory: string): Promise<void> {
  const texts = readdirSync(directory).map((file) => readFileSync(path.join(directory, file), 'utf8'));
  const found = new Map(texts.flatMap((text) => text.split(/^---$/m)).map((text) => [nameOf(text), text]));
  for (const name of WANTED) {
    const text = found.get(name);
    if (text === undefined) throw new Error(`there is no definition of ${name} in ${directory}`);
    const where = `${DEFINITIONS}/${name}?fieldManager=slipway-test&force=true`;
    await api.expect('PATCH', where, text, 'application/apply-patch+yaml');
  }
  while (!(await api.list(DEFINITIONS)).every(isServed));
}

const nameOf = (text: string) => /^ {2}name: "?([\w.-]+)"?$/m.exec(text)?.[1] ?? '';

function isServed({ status }: Resource): boolean {
  const conditions: readonly { readonly type: string; readonly status: string }[] = status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Established' && condition.status === 'True');
}
