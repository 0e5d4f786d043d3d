import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  PlainTextElement,
  SectionBlock,
} from '@slack/web-api';
import type { ButtonAction } from '../../domain/delivery.ts';
import { clip, plain } from '../mrkdwn.ts';

/** Every action of ours begins so; what stands behind it is {@link ButtonAction.do}. */
export const ACTION_PREFIX = 'slipway:';

/** Slack refuses more than 3,000 in a section, and blocks of more than some 13,000 characters in all. */
export const SECTION_LIMIT = 2_000;
const MESSAGE_LIMIT = 12_000;
/** Slack refuses empty texts. */
const EMPTY = '…';
/** Slack takes 50; a header and what is missing need room too. */
const GROUPED_LIMIT = 48;

/** Says how much was left out: “and 7 more”. */
export type More = (count: number) => string;

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plainText(text, 150) };
}

/** One section of lines that are mrkdwn already; lines that do not fit are counted at its end. */
export function section(lines: readonly string[], more: More): SectionBlock {
  return { type: 'section', text: mrkdwn(fitLines(lines, SECTION_LIMIT, more)) };
}

/** Small print. */
export function context(lines: readonly string[], more: More): ContextBlock {
  return { type: 'context', elements: [mrkdwn(fitLines(lines, SECTION_LIMIT, more))] };
}

/** `id` stays the same however often the message is edited, so that a click on an older view of it still counts. */
export function actions(buttons: readonly Button[], id?: string): ActionsBlock {
  return { type: 'actions', elements: [...buttons], ...(id === undefined ? {} : { block_id: id }) };
}

/** A button; what it does travels in its value, so that a click means what the person saw. */
export function button(request: {
  readonly action: ButtonAction;
  readonly label: string;
  /** Tells buttons apart that do the same in one message. */
  readonly id?: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: { readonly title: string; readonly text: string; readonly no: string };
}): Button {
  const { action, label, id, style, confirm } = request;
  return {
    type: 'button',
    action_id: `${ACTION_PREFIX}${action.do}${id === undefined ? '' : `:${id}`}`,
    text: plainText(label, 75),
    value: JSON.stringify(action),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: plainText(confirm.title, 100),
            text: plainText(confirm.text, 300),
            confirm: plainText(label, 30),
            deny: plainText(confirm.no, 30),
          },
        }),
  };
}

export function plainText(text: string, limit: number): PlainTextElement {
  return { type: 'plain_text', text: plain(text, limit) || EMPTY, emoji: true };
}

/**
 * The groups of blocks that fit into one message, whole ones only; how many groups are missing is said
 * at the end.
 */
export function fitGroups(groups: readonly (readonly KnownBlock[])[], more: More): readonly KnownBlock[] {
  const shown: KnownBlock[] = [];
  let size = 0;
  for (const [index, group] of groups.entries()) {
    size += JSON.stringify(group).length;
    if (size > MESSAGE_LIMIT || shown.length + group.length > GROUPED_LIMIT) {
      return [...shown, context([more(groups.length - index)], more)];
    }
    shown.push(...group);
  }
  return shown;
}

/** The list in one line, the rest counted: `a, b and 7 more`. */
export function fitList(items: readonly string[], count: number, more: More): string {
  const shown = items.slice(0, count).join(', ');
  return items.length <= count ? shown : `${shown} ${more(items.length - count)}`;
}

function fitLines(lines: readonly string[], limit: number, more: More): string {
  const room = limit - more(lines.length).length - 1;
  const shown: string[] = [];
  let size = 0;
  for (const line of lines) {
    size += line.length + 1;
    if (size > room) break;
    shown.push(line);
  }
  if (shown.length === lines.length) return shown.join('\n');
  if (shown.length === 0) return cutMrkdwn(lines[0] ?? '', limit);
  return [...shown, more(lines.length - shown.length)].join('\n');
}

/** Cuts between two words, so that no entity, mention or date is torn. */
function cutMrkdwn(line: string, limit: number): string {
  const cut = clip(line, limit);
  const end = cut.lastIndexOf(' ');
  return cut === line || end <= 0 ? cut : `${cut.slice(0, end)} …`;
}

function mrkdwn(text: string): { type: 'mrkdwn'; text: string; verbatim: boolean } {
  return { type: 'mrkdwn', text: text || EMPTY, verbatim: true };
}
