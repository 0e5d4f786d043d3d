import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readAccess } from './kubeconfig.ts';

/** Where every pod finds its account; no client lets another place be named. */
const ROOT = '/var/run/secrets/kubernetes.io';
const DIRECTORY = `${ROOT}/serviceaccount`;
/** Which process put the account there: no kubelet leaves that, and one that was killed could not remove it. */
const OWNER = `${ROOT}/slipway-test-owner`;
/** As the kubelet does it, so that all three files are replaced at one moment. */
const VERSION = '..2026_11_22_08_00_00.1';

/**
 * Puts the account of a kubeconfig where the kubelet mounts it, with the variables that lead to the API server. Needs
 * the right to write there, and that this machine is no pod itself: files that stand there are not overwritten,
 * unless a test run that was killed has left them.
 */
export function mountAccount(
  kubeconfig: string,
  namespace: string,
): { readonly env: Readonly<Record<string, string>>; unmount(): void } {
  const { server, authority, token } = readAccess(kubeconfig);
  if (authority === undefined || token === undefined)
    throw new Error(`${kubeconfig} has no token or authority`);
  const made = mkdirSync(path.dirname(ROOT), { recursive: true }) ?? ROOT;
  removeOrphan();
  mkdirSync(ROOT);
  writeFileSync(OWNER, String(process.pid));
  mkdirSync(path.join(DIRECTORY, VERSION), { recursive: true });
  symlinkSync(VERSION, path.join(DIRECTORY, '..data'));
  for (const [name, text] of Object.entries({ token, 'ca.crt': authority, namespace })) {
    writeFileSync(path.join(DIRECTORY, VERSION, name), text, { mode: 0o600 });
    symlinkSync(`..data/${name}`, path.join(DIRECTORY, name));
  }
  const { hostname, port } = new URL(server);
  return {
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port || '443' },
    unmount: () => rmSync(made, { recursive: true }),
  };
}

function removeOrphan(): void {
  if (!existsSync(OWNER)) return;
  if (!existsSync(`/proc/${readFileSync(OWNER, 'utf8')}`)) rmSync(ROOT, { recursive: true });
}
