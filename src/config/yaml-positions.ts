import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, visit } from 'yaml';
import type { ConfigPath, PathProblem } from './problem.ts';

/** Where a problem stands in the text: at its key, at its value if that is a single one, or as near as there is. */
export function offsetOf(document: Document.Parsed, problem: Pick<PathProblem, 'path' | 'at'>): number {
  let node: Node | null = document.contents;
  let offset = start(node) ?? 0;
  for (const part of problem.path) {
    const child = childOf(isAlias(node) ? (node.resolve(document) ?? null) : node, part);
    if (child === null) return offset;
    offset = start(child.key) ?? start(child.value) ?? offset;
    node = child.value;
  }
  return problem.at === 'value' && isScalar(node) ? (start(node) ?? offset) : offset;
}

/** The way to the key that stands at an offset of the text; empty when there is none. */
export function pathOf(document: Document.Parsed, offset: number): ConfigPath {
  let path: ConfigPath = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isNode(pair.key) || start(pair.key) !== offset) return undefined;
      path = [...ancestors, pair].flatMap((ancestor, index, all) => partOf(ancestor, all[index + 1]));
      return visit.BREAK;
    },
  });
  return path;
}

interface Child {
  readonly key: Node | null;
  readonly value: Node | null;
}

function childOf(parent: unknown, part: string | number): Child | null {
  if (isSeq(parent)) {
    const item = typeof part === 'number' ? parent.items[part] : undefined;
    return isNode(item) ? { key: null, value: item } : null;
  }
  if (!isMap(parent)) return null;
  const pair = parent.items.find(({ key }) => isScalar(key) && key.value === part);
  if (pair === undefined || !isNode(pair.key)) return null;
  return { key: pair.key, value: isNode(pair.value) ? pair.value : null };
}

function partOf(ancestor: unknown, next: unknown): ConfigPath {
  if (isPair(ancestor)) return isScalar(ancestor.key) ? [String(ancestor.key.value)] : [];
  return isSeq(ancestor) ? [ancestor.items.indexOf(next)] : [];
}

function start(node: Node | null): number | null {
  return node?.range?.[0] ?? null;
}
