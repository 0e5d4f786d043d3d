import { NodeSSH } from 'node-ssh';
import type { Channel, Client } from 'ssh2';
import { TargetError } from '../target.ts';
import type { HostConfig } from './config.ts';
import { brokenError, connectionError, strangerError } from './errors.ts';
import { readLocal, trustedKeys } from './host-keys.ts';

/** Milliseconds until somebody who does not greet is given up. */
const GREETING = 15_000;
/** A connection that is silent is asked this often whether it lives, and is broken after so many silences. */
const KEEP_ALIVE = { keepaliveInterval: 5_000, keepaliveCountMax: 3 } as const;

/** The one connection to a host, made when it is needed and again when it broke. */
export class SshConnection {
  readonly #name: string;
  readonly #config: HostConfig;
  readonly #jump: SshConnection | null;
  #open: Promise<NodeSSH> | null = null;
  #client: Client | null = null;

  constructor(name: string, config: HostConfig, jump: SshConnection | null) {
    this.#name = name;
    this.#config = config;
    this.#jump = jump;
  }

  /** The client of a connection that lives, as far as is known. */
  async client(): Promise<Client> {
    const ssh = await this.#connected();
    if (ssh.connection === null) this.#open = null;
    const { connection } = ssh.connection === null ? await this.#connected() : ssh;
    if (connection === null) throw brokenError(this.#name);
    this.#client = connection;
    return connection;
  }

  /**
   * A connection to an address as this host sees it. Rejects as a socket does where nobody listens there. Its error,
   * and its rejection, is a {@link TargetError} when it is our connection to the host that broke.
   */
  async forward(address: string, port: number): Promise<Channel> {
    const client = await this.client();
    const channel = await this.#channelTo(client, address, port);
    const onBroken = () => channel.emit('error', brokenError(this.#name));
    channel.on('error', () => undefined);
    client.once('close', onBroken);
    channel.once('close', () => client.off('close', onBroken));
    return channel;
  }

  #channelTo(client: Client, address: string, port: number): Promise<Channel> {
    return new Promise((resolve, reject) => {
      client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        if (error === undefined) resolve(channel);
        else reject('reason' in error ? asRefused(error) : brokenError(this.#name, error));
      });
    });
  }

  /** That client's connection is gone; the next who asks gets another one. */
  drop(client: Client): void {
    if (client === this.#client) this.#open = null;
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    (await open?.catch(() => null))?.dispose();
  }

  #connected(): Promise<NodeSSH> {
    if (this.#open !== null) return this.#open;
    const opening = this.#connect(() => {
      if (this.#open === opening) this.#open = null;
    });
    this.#open = opening;
    return opening;
  }

  async #connect(forget: () => void): Promise<NodeSSH> {
    try {
      const [keys, privateKey, sock] = await Promise.all([
        trustedKeys(this.#name, this.#config),
        readLocal(this.#config.keyFile, `our key for ${this.#name}`),
        this.#throughJump(),
      ]);
      let stranger: string | null = null;
      const ssh = new NodeSSH();
      const connecting = ssh.connect({
        host: this.#config.address,
        port: this.#config.port,
        username: this.#config.user,
        privateKey,
        readyTimeout: GREETING,
        ...KEEP_ALIVE,
        ...(sock === null ? {} : { sock }),
        ...(keys.algorithms.length === 0 ? {} : { algorithms: { serverHostKey: [...keys.algorithms] } }),
        hostVerifier: (key: Buffer) => {
          stranger = keys.stranger(key);
          return stranger === null;
        },
      });
      // What breaks it later is told by its end; an error without a listener would end the process.
      ssh.connection?.on('error', () => forget());
      ssh.connection?.on('close', () => forget());
      await connecting.catch((error: unknown) => {
        ssh.dispose();
        throw stranger === null ? error : strangerError(this.#name, stranger);
      });
      // Small packets that wait for each other make every command four times as slow.
      ssh.connection?.setNoDelay(true);
      return ssh;
    } catch (error) {
      forget();
      throw connectionError(this.#name, this.#config, error);
    }
  }

  async #throughJump(): Promise<Channel | null> {
    if (this.#jump === null) return null;
    const { address, port } = this.#config;
    try {
      return await this.#jump.forward(address, port);
    } catch (cause) {
      if (cause instanceof TargetError) throw cause;
      const message = `${this.#jump.#name} cannot reach ${this.#name} (${address}:${port}).`;
      throw new TargetError('unavailable', message, { cause });
    }
  }
}

/** The host's word that nobody listens there, as a socket would say it. */
function asRefused(error: Error): Error {
  return Object.assign(new Error(error.message, { cause: error }), { code: 'ECONNREFUSED' });
}
