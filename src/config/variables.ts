import { nearest } from '../domain/nearest.ts';
import { Secret } from './secret.ts';

/** The environment and the files that it points to. */
export interface SettingsSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws when the file can't be read. */
  readFile(path: string): string;
}

/** A variable that is wrong, and why. Never says what a secret holds. */
export interface SettingsProblem {
  readonly variable: string;
  readonly message: string;
}

/** Reads variables one by one and keeps what is wrong with them, so that all of it can be told at once. */
export class Variables {
  readonly #source: SettingsSource;
  readonly #problems: SettingsProblem[] = [];

  constructor(source: SettingsSource) {
    this.#source = source;
  }

  get problems(): readonly SettingsProblem[] {
    return this.#problems;
  }

  refuse(variable: string, message: string): void {
    this.#problems.push({ variable, message });
  }

  /** Null when it is not set, or set to nothing. */
  text(name: string): string | null {
    const value = this.#source.env[name]?.trim();
    return value === undefined || value === '' ? null : value;
  }

  /** True if a secret is set, right or wrong, by itself or by a file. */
  given(name: string): boolean {
    return this.text(name) !== null || this.text(`${name}_FILE`) !== null;
  }

  /** A port to listen on; 0 takes any free one. */
  port(name: string, fallback: number): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (port <= 65_535) return port;
    this.refuse(name, `is ${JSON.stringify(text)}, but a port is a number from 0 to 65535`);
    return fallback;
  }

  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === null) return fallback;
    const chosen = choices.find((choice) => choice === text);
    if (chosen !== undefined) return chosen;
    const [similar] = nearest(text, choices);
    const hint = similar === undefined ? '' : `; did you mean ${similar}?`;
    this.refuse(name, `is ${JSON.stringify(text)}, but may be ${choices.join(', ')}${hint}`);
    return fallback;
  }

  /** From the variable itself or from the file that `NAME_FILE` names. `wrong` says what is wrong with a value. */
  secret(name: string, wrong: (value: string) => string | null): Secret | null {
    const fileVariable = `${name}_FILE`;
    const direct = this.text(name);
    const path = this.text(fileVariable);
    if (direct !== null && path !== null) {
      this.refuse(name, `is set, and so is ${fileVariable}; set one of them`);
      return null;
    }
    const value = path === null ? direct : this.#fileText(fileVariable, path);
    if (value === null) return null;
    const problem = wrong(value);
    if (problem === null) return new Secret(value);
    this.refuse(path === null ? name : fileVariable, problem);
    return null;
  }

  /** The secrets of every variable that begins so, by what follows: `WEBHOOK_SECRET_GITHUB` under `GITHUB`. */
  secretsBehind(prefix: string, wrong: (value: string) => string | null): ReadonlyMap<string, Secret> {
    const names = Object.keys(this.#source.env)
      .filter((name) => name.startsWith(prefix) && name !== prefix)
      .map((name) => name.replace(/_FILE$/, ''));
    return new Map(
      [...new Set(names)].flatMap((name) => {
        const secret = this.secret(name, wrong);
        return secret === null ? [] : [[name.slice(prefix.length), secret] as const];
      }),
    );
  }

  #fileText(variable: string, path: string): string | null {
    try {
      const text = this.#source.readFile(path).trim();
      if (text !== '') return text;
      this.refuse(variable, `names ${path}, which is empty`);
    } catch (error) {
      this.refuse(variable, `names ${path}, which can't be read: ${reason(error)}`);
    }
    return null;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
