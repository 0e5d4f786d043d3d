import { inspect } from 'node:util';

const SHOWN = '‹secret›';

/** A text that shows itself only to whoever asks for it by name: not in logs, errors, JSON or templates. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
