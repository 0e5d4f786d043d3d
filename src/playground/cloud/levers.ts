/** What one call of the Admin API meets instead of its normal way. */
export interface Fault {
  /** `UpdateService`, or `*` for any method. */
  readonly method: string;
  /** Only calls about a resource whose name ends in this; all when it is empty. */
  readonly resource: string;
  /** How many more calls it meets. */
  readonly times: number;
  readonly delayMs: number;
  /** The call is refused with this status before anything is done. */
  readonly error?: { readonly code: string; readonly message: string };
  /** The call is performed and its answer lost: the connection drops, or nothing ever comes. */
  readonly loseReply?: 'drop' | 'never';
}

/** The state of the registry as people see it from outside. */
export interface RegistryLever {
  /** Connections are cut without an answer. */
  readonly down: boolean;
  readonly delayMs: number;
  /** Answers 401 until the caller shows a token from `/token`. */
  readonly requireToken: boolean;
}

/** What a test, or a curious person, pulls to make the demo cloud misbehave. Forgotten when it stops. */
export class Levers {
  #faults: readonly Fault[] = [];
  registry: RegistryLever = { down: false, delayMs: 0, requireToken: false };
  /** While true, new long-running operations do not settle. */
  holdOperations = false;
  /** Permissions that the caller lacks. */
  deniedPermissions: ReadonlySet<string> = new Set();

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  addFault(fault: Fault): void {
    this.#faults = [...this.#faults, fault];
  }

  clearFaults(): void {
    this.#faults = [];
  }

  /** The fault that a call meets, oldest first, counted down; undefined when it meets none. */
  takeFault(method: string, resource: string): Fault | undefined {
    const met = this.#faults.find((fault) => meets(fault, method, resource));
    if (met === undefined) return undefined;
    const left = met.times > 1 ? [{ ...met, times: met.times - 1 }] : [];
    this.#faults = this.#faults.flatMap((fault) => (fault === met ? left : [fault]));
    return met;
  }
}

function meets(fault: Fault, method: string, resource: string): boolean {
  return (fault.method === '*' || fault.method === method) && resource.endsWith(fault.resource);
}
