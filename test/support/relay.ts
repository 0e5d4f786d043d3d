import { createServer, connect as dial, type Server, type Socket } from 'node:net';

/** The network between two programs on this machine, to be cut in the ways in which networks fail. */
export interface Relay {
  readonly port: number;
  /** Connections are made, and bytes go through. */
  open(): void;
  /** Every connection is reset, and new ones are refused. */
  refuse(): Promise<void>;
  /** Connections stay and are made, and nothing goes through any more, without a word. */
  silence(): void;
  /** What is connected now gets nothing and is told nothing; new connections work. */
  silencePresent(): void;
  /** New connections work again; what went silent stays so. */
  openAnew(): void;
  /** Every connection is reset; new ones work. */
  cut(): void;
  /** What is answered from now on is kept, also that somebody hung up. */
  hold(): void;
  /** What was kept arrives, in one piece. */
  letGo(): void;
  stop(): Promise<void>;
}

interface RelayOptions {
  /** Where it leads to, on this machine. */
  readonly to: number;
  /**
   * Replaces the address behind it by its own in what goes by, as a gateway does, so that who comes through it
   * never learns of the address behind it. Lengths stay as they are: both ports have five digits.
   */
  readonly hides?: boolean;
}

export async function startRelay(options: RelayOptions): Promise<Relay> {
  const relay = new TcpRelay(options);
  await relay.listen();
  return relay;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  silent: boolean;
  /** What was answered and is kept; null while nothing is. */
  held: Buffer[] | null;
}

class TcpRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #pairs = new Set<Pair>();
  #server: Server | null = null;
  #port = 0;
  #silent = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const server = createServer((near) => this.#pair(near));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
    this.#server = server;
  }

  open(): void {
    this.#silent = false;
    // What was lost on the way does not come any more: connections of before are of no use.
    this.#reset((pair) => pair.silent);
    if (this.#server === null) void this.listen();
  }

  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
    this.#reset(() => true);
    await closed;
  }

  silence(): void {
    this.#silent = true;
    if (this.#server === null) void this.listen();
    this.silencePresent();
  }

  silencePresent(): void {
    for (const pair of this.#pairs) pair.silent = true;
  }

  openAnew(): void {
    this.#silent = false;
  }

  cut(): void {
    this.#reset(() => true);
  }

  hold(): void {
    for (const pair of this.#pairs) pair.held = [];
  }

  letGo(): void {
    for (const pair of this.#pairs) {
      pair.near.write(Buffer.concat(pair.held ?? []));
      pair.held = null;
      if (pair.far.destroyed) pair.near.end();
    }
  }

  async stop(): Promise<void> {
    await this.refuse();
  }

  #pair(near: Socket): void {
    const far = dial({ host: '127.0.0.1', port: this.#options.to });
    const pair: Pair = { near, far, silent: this.#silent, held: null };
    this.#pairs.add(pair);
    const { hides, to } = this.#options;
    const address = (port: number) => `127.0.0.1:${port}`;
    const inward = hides ? replacing(address(this.#port), address(to)) : (bytes: Buffer) => bytes;
    const outward = hides ? replacing(address(to), address(this.#port)) : (bytes: Buffer) => bytes;
    near.on('data', (bytes: Buffer) => pair.silent || far.write(inward(bytes)));
    far.on('data', (bytes: Buffer) => {
      if (pair.held !== null) pair.held.push(outward(bytes));
      else if (!pair.silent) near.write(outward(bytes));
    });
    // Who hangs up is not heard through a dead line either.
    const over = () => {
      if (!pair.silent && pair.held === null) this.#end(pair);
    };
    for (const socket of [near, far]) socket.on('error', over).on('close', over);
  }

  #reset(which: (pair: Pair) => boolean): void {
    for (const pair of [...this.#pairs].filter(which)) this.#end(pair);
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const socket of [pair.near, pair.far]) if (!socket.destroyed) socket.resetAndDestroy();
  }
}

/** The shortest beginning of an address that is waited on: bytes that only happen to end like one go on at once. */
const TELLING = 4;

/** Replaces a text in a stream of bytes by one of the same length, also where it comes in two parts. */
function replacing(from: string, to: string): (bytes: Buffer) => Buffer {
  if (from.length !== to.length) throw new Error(`${from} and ${to} differ in length`);
  let kept = '';
  return (bytes) => {
    const text = (kept + bytes.toString('latin1')).replaceAll(from, to);
    kept = '';
    for (let length = from.length - 1; length >= TELLING && kept === ''; length -= 1) {
      if (text.endsWith(from.slice(0, length))) kept = from.slice(0, length);
    }
    return Buffer.from(text.slice(0, text.length - kept.length), 'latin1');
  };
}
