import { Agent, get } from 'node:http';
import type { Random } from './context.ts';

/** Visitors of the demo services: a few requests a second on each front door, at irregular intervals. */
export class BackgroundTraffic {
  readonly #urls: () => readonly string[];
  readonly #random: Random;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });
  #perSecond = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(urls: () => readonly string[], random: Random) {
    this.#urls = urls;
    this.#random = random;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Requests a second on each front door; 0 for none. */
  set perSecond(rate: number) {
    this.#perSecond = rate;
    clearTimeout(this.#timer);
    this.#schedule();
  }

  stop(): void {
    this.perSecond = 0;
    this.#agent.destroy();
  }

  #schedule(): void {
    if (this.#perSecond <= 0) return;
    const pauseMs = (1000 / this.#perSecond) * (0.5 + this.#random());
    this.#timer = setTimeout(() => {
      for (const url of this.#urls()) this.#visit(url);
      this.#schedule();
    }, pauseMs);
  }

  /** What becomes of a visit is counted where it is answered. */
  #visit(url: string): void {
    get(url, { agent: this.#agent }, (response) => response.resume()).on('error', () => undefined);
  }
}
