import type { HostCommand } from '../host.ts';

/**
 * All that a login shell on a host ever reads. It is the same for every command: what is to run comes on the
 * standard input, one line of base64 that holds a program for /bin/sh; what follows that line is the input of
 * the command itself. The shell's `read` takes no byte more than the line.
 */
export const LOGIN_COMMAND = `exec /bin/sh -c 'IFS= read -r p && eval "$(printf %s "$p" | base64 -d)"'`;

/** The exit status by which the program says that the directory is not there. */
export const NO_DIRECTORY = 'no-directory';
export const READY = 'ready';

/** The word as /bin/sh reads it back, whatever is in it. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new TypeError('An argument of a command cannot hold a NUL.');
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * The program that runs the command with nothing from the login's environment. It first prints a line with the
 * marker, so that whatever a login prints before is told from what the command prints.
 */
export function programOf(
  command: Pick<HostCommand, 'argv' | 'directory' | 'environment' | 'timeLimit'>,
  marker: string,
): string {
  const seconds = Math.max(1, Math.ceil(command.timeLimit / 1_000));
  const said = (word: string) => `printf '%s %s\\n' ${quote(marker)} ${word}`;
  return [
    `cd -- ${inHome(command.directory)} 2>/dev/null || { ${said(NO_DIRECTORY)}; exit 1; }`,
    said(READY),
    `exec timeout -k 5 ${seconds} ${commandLine(command)}`,
  ].join('\n');
}

/** The command with exactly its environment, for /bin/sh. */
export function commandLine({ argv, environment = {} }: Pick<HostCommand, 'argv' | 'environment'>): string {
  if (argv[0].includes('=')) throw new TypeError('A program’s name cannot hold “=”.');
  const variables = Object.entries(environment).map(([name, value]) => quote(`${name}=${value}`));
  const own = ['HOME', 'USER', 'PATH'].map((name) => `${name}="$${name}"`);
  return ['env -i', ...own, 'LANG=C.UTF-8', ...variables, ...argv.map(quote)].join(' ');
}

/** A directory as the operand of `cd`: from the home directory when it is not absolute, never an option. */
export function inHome(directory = ''): string {
  if (directory.startsWith('/')) return quote(directory);
  return `"\${HOME:-/}"/${quote(directory)}`;
}
