/**
 * The environment file of a compose project: lines `NAME=value`, of which the last one counts. Everything that
 * is not about the variable stays as it is, byte for byte.
 * @module
 */

/** What the file sets the variable to, without quotes; null when it does not. */
export function readVariable(text: string, name: string): string | null {
  const values = text.split('\n').flatMap((line) => {
    const [, value] = assignment(name).exec(line) ?? [];
    return value === undefined ? [] : [unquoted(value.trim())];
  });
  return values.at(-1) ?? null;
}

/** The file with the variable set once, where it was set last; null takes it away. */
export function setVariable(text: string, name: string, value: string | null): string {
  const lines = text.split('\n');
  const places = lines.flatMap((line, index) => (assignment(name).test(line) ? [index] : []));
  const last = places.at(-1);
  const kept = lines.flatMap((line, index) => {
    if (!places.includes(index)) return [line];
    return index === last && value !== null ? [`${name}=${value}`] : [];
  });
  if (last !== undefined || value === null) return kept.join('\n');
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${end}${name}=${value}\n`;
}

function assignment(name: string): RegExp {
  return new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=(.*)$`);
}

function unquoted(value: string): string {
  const [, inner] = /^"(.*)"$|^'(.*)'$/.exec(value)?.filter((part) => part !== undefined) ?? [];
  return inner ?? value.replace(/\s+#.*$/, '');
}
