/**
 * Loaded into the bot in its container before it starts (`node --import`): the demo cloud of the playground is on the
 * loopback of another container, and what listens here reaches it there.
 * @module
 */
import { connect, createServer } from 'node:net';

for (const port of (process.env.CLOUD_PORTS ?? '').split(',').map(Number)) {
  const server = createServer((near) => {
    const far = connect(port, 'slack.com');
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  // The doctor and the health check run beside the bot, which listens already.
  server.on('error', () => server.close());
  server.listen(port, '127.0.0.1').unref();
}
