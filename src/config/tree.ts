import type { ConfigPath } from './problem.ts';

/** What stands at a path of plain data; undefined when there is nothing. */
export function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    return Object.getOwnPropertyDescriptor(value, part)?.value;
  }, root);
}

/** Takes away what stands at a path, or the nearest thing above it if there is nothing. False for the root. */
export function removeAt(root: unknown, path: ConfigPath): boolean {
  const part = path.at(-1);
  if (part === undefined) return false;
  const above = path.slice(0, -1);
  const parent = valueAt(root, above);
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, part))
    return removeAt(root, above);
  if (Array.isArray(parent)) parent.splice(Number(part), 1);
  else Reflect.deleteProperty(parent, part);
  return true;
}
