import type { Host } from '../host.ts';
import { TargetError } from '../target.ts';
import type { HostsConfig } from './config.ts';
import { createSshHost } from './host.ts';

/**
 * Every host of the config by its name. One that is asked for is connected when it is first used; its connection,
 * and those that it jumps through, go with the last of their users.
 */
export function createSshHosts(config: HostsConfig): (name: string) => Host {
  const made = new Map<string, Made>();
  const make = (name: string): Made => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const own = config[name];
    if (own === undefined) throw new TargetError('invalid', `The config has no host ${name}.`);
    const jump = own.jump === undefined ? null : make(own.jump);
    const host = createSshHost({ name, config: own, jump: jump?.connection ?? null });
    const one: Made = { ...host, way: [...(jump?.way ?? []), host.host], users: new Set() };
    made.set(name, one);
    return one;
  };
  return (name) => {
    const { host, way } = make(name);
    const user = Symbol(name);
    for (const passed of way) make(passed.name).users.add(user);
    return closedByLast(host, async () => {
      for (const passed of way.toReversed()) {
        const { users } = make(passed.name);
        if (users.delete(user) && users.size === 0) await passed.close();
      }
    });
  };
}

interface Made extends ReturnType<typeof createSshHost> {
  /** The hosts on the way to it, itself last. */
  readonly way: readonly Host[];
  readonly users: Set<symbol>;
}

/** The host for one of its users, who closes it for himself. */
function closedByLast(host: Host, leave: () => Promise<void>): Host {
  return {
    name: host.name,
    identity: host.identity,
    run: (command, signal) => host.run(command, signal),
    start: (run, signal) => host.start(run, signal),
    look: (request, signal) => host.look(request, signal),
    stop: (id, signal) => host.stop(id, signal),
    readFile: (path, options) => host.readFile(path, options),
    writeFile: (path, content, options) => host.writeFile(path, content, options),
    fetch: host.fetch,
    examine: () => host.examine(),
    close: leave,
  };
}
