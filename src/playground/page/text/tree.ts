/**
 * @module What all of Slack's ways to write text (mrkdwn, rich_text, Markdown, plain text) are parsed into.
 * The tree holds plain strings only; the one renderer (view.ts) turns them into text nodes, never into HTML.
 */

/** How a piece of text looks. */
export type Style = 'bold' | 'italic' | 'strike';

/** Something within a line. `href` has passed safeHref. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'styled'; readonly style: Style; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }
  | { readonly kind: 'emoji'; readonly name: string; readonly glyph: string }
  | { readonly kind: 'user'; readonly id: string; readonly label: string }
  | { readonly kind: 'channel'; readonly id: string; readonly label: string }
  | { readonly kind: 'group'; readonly id: string; readonly label: string }
  | { readonly kind: 'broadcast'; readonly name: string }
  | DateInline;

/** A moment shown in the reader's own time zone. `timestamp` in seconds. */
export interface DateInline {
  readonly kind: 'date';
  readonly timestamp: number;
  readonly format: string;
  readonly fallback: string;
  readonly href?: string;
}

export type Align = 'left' | 'center' | 'right';

/** Something that stands on lines of its own. */
export type Part =
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'quote'; readonly parts: readonly Part[] }
  | { readonly kind: 'pre'; readonly text: string }
  | { readonly kind: 'rule' }
  | ListPart
  | TablePart;

/** A list; `indent` counts the levels above it that are not part of the tree (rich_text lists are flat). */
export interface ListPart {
  readonly kind: 'list';
  readonly ordered: boolean;
  readonly start: number;
  readonly indent: number;
  readonly items: readonly (readonly Part[])[];
}

export interface TablePart {
  readonly kind: 'table';
  readonly head: readonly (readonly Inline[])[];
  readonly rows: readonly (readonly (readonly Inline[])[])[];
  readonly align: readonly Align[];
}

/** The text alone, as a screen reader or a tooltip wants it. */
export function plainText(children: readonly Inline[]): string {
  return children.map(inlineText).join('');
}

function inlineText(node: Inline): string {
  switch (node.kind) {
    case 'text':
    case 'code':
      return node.text;
    case 'break':
      return '\n';
    case 'styled':
    case 'link':
      return plainText(node.children);
    case 'emoji':
      return node.glyph;
    case 'date':
      return node.fallback;
    case 'broadcast':
      return `@${node.name}`;
    default:
      return node.label;
  }
}
