/** Never part of a tree: our own records, a checkout's, and what Python writes by itself. */
const ALWAYS = ['.slipway/', '.git/', '__pycache__/', '*.pyc'];

/** Which paths are left alone: never compared, changed or deleted. */
export interface IgnoreRules {
  ignores(path: string): boolean;
  /**
   * The same for `find -regextype posix-extended -regex`, on paths that begin with `./`: what directories are
   * ignored by, and what everything is.
   */
  readonly directories: string;
  readonly anything: string;
}

/** A pattern as the config has it: names with `*` for any characters, `/` between them. */
export const IGNORE_PATTERN = /^\/?[^/\\?[\]{}!*\p{Cc}]*(?:[*/][^/\\?[\]{}!*\p{Cc}]*)*$/u;

/**
 * `*.db` and `logs/` mean that name anywhere, `/data` and `static/uploads/` that path from the top; a slash at
 * the end means directories only.
 */
export function ignoreRules(patterns: readonly string[]): IgnoreRules {
  const all = [...ALWAYS, ...patterns];
  const directories = anyOf(all.filter((pattern) => pattern.endsWith('/')));
  const anything = anyOf(all.filter((pattern) => !pattern.endsWith('/')));
  const [asDirectory, asAnything] = [new RegExp(`^${directories}$`), new RegExp(`^${anything}$`)];
  return {
    directories,
    anything,
    ignores(path) {
      const parts = path.split('/');
      const above = parts.slice(0, -1).map((_, index) => `./${parts.slice(0, index + 1).join('/')}`);
      const inside = above.some((one) => asDirectory.test(one) || asAnything.test(one));
      return inside || asAnything.test(`./${path}`);
    },
  };
}

function anyOf(patterns: readonly string[]): string {
  return `\\./(${patterns.map(expression).join('|')})`;
}

function expression(pattern: string): string {
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '');
  const anchored = pattern.startsWith('/') || bare.includes('/');
  const text = bare.replace(/[.^$+?()[\]{}|\\]/g, '\\$&').replaceAll('*', '[^/]*');
  return anchored ? text : `(.*/)?${text}`;
}
