import type { AlertGroupView } from '../../domain/alert.ts';
import type { MessageContent } from '../content.ts';
import { code, mention, moment, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { titleOf } from './alert.ts';
import { context, fitGroups, header, section } from './blocks.ts';

const WHEN = '{date_short_pretty} {time}';

/** What `/status incidents` shows: each group in which something fires. */
export function renderIncidents(
  { groups, more }: { readonly groups: readonly AlertGroupView[]; readonly more: number },
  { words, now }: { readonly words: Words; readonly now: Date },
): MessageContent {
  const { title, none } = words.alerts.incidents;
  if (groups.length === 0) return { text: none, blocks: [section([`✅ ${none}`], words.more)] };
  const shown = groups.map((view) => [section(linesOf(view, words, now), words.more)]);
  const rest = more > 0 ? [context([words.more(more)], words.more)] : [];
  return {
    text: `${title}: ${groups
      .slice(0, 5)
      .map((view) => prose(titleOf(view, { words, now })))
      .join('; ')}`,
    blocks: [header(title), ...fitGroups(shown, words.more), ...rest],
  };
}

function linesOf(view: AlertGroupView, words: Words, now: Date): readonly string[] {
  const { group, alerts, silences } = view;
  const summary = alerts.find((alert) => alert.summary !== null)?.summary ?? null;
  const began = moment(new Date(Math.min(...alerts.map(({ startsAt }) => Date.parse(startsAt)))), WHEN);
  const { acknowledgedBy: by, acknowledgedAt: at } = group;
  return [
    `*${prose(titleOf(view, { words, now }))}*`,
    ...(summary === null ? [] : [prose(summary)]),
    `${words.alerts.firingSince(began, code(group.id))} · ${prose(group.channel)}`,
    ...(by === null || at === null ? [] : [words.alerts.acknowledged(mention(by), moment(at))]),
    ...silences
      .filter(({ until }) => until > now)
      .map(({ by: who, until, reason }) => words.alerts.silenced(mention(who), moment(until, WHEN), reason)),
  ];
}
