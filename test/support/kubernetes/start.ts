/**
 * `node test/support/kubernetes/start.ts`: a control plane by hand, until Ctrl-C or SIGTERM. Give the suites and
 * `npm run bench` the SLIPWAY_TEST_KUBECONFIG that it prints, and they use this one instead of starting their own.
 * @module
 */
import { startControlPlane } from './control-plane.ts';

const plane = await startControlPlane();
console.log(`SLIPWAY_TEST_KUBECONFIG=${plane.kubeconfig}`);
const keepAlive = setInterval(() => {}, 60_000);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clearInterval(keepAlive);
    void plane.stop();
  });
}
