/** What was asked of the Web API by the app, and what was refused. */
export class Counters {
  readonly #calls = new Map<string, number>();
  readonly #refused = new Map<string, number>();

  count(method: string): void {
    this.#calls.set(method, (this.#calls.get(method) ?? 0) + 1);
  }

  countRefusal(method: string, error: string): void {
    const key = `${method} ${error}`;
    this.#refused.set(key, (this.#refused.get(key) ?? 0) + 1);
  }

  clear(): void {
    this.#calls.clear();
    this.#refused.clear();
  }

  /** Calls by method; refusals by method and error: `{"chat.postMessage ratelimited": 2}`. */
  read(): {
    readonly calls: Readonly<Record<string, number>>;
    readonly refused: Readonly<Record<string, number>>;
  } {
    return { calls: Object.fromEntries(this.#calls), refused: Object.fromEntries(this.#refused) };
  }
}
