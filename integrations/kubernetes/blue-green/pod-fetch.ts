import type { KubernetesApi } from '../client.ts';

/** A `fetch` of `http://POD:PORT/path` that goes through the API server: pods have no address from outside. */
export function podFetch(api: KubernetesApi, namespace: string): typeof globalThis.fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const pod = { namespace, name: url.hostname, port: Number(url.port || 80) };
    return api.askPod(pod, `${url.pathname}${url.search}`, init?.signal ?? undefined);
  };
}
