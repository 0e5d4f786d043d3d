import type { OperationView } from '../../domain/operation.ts';
import { targetKey } from '../../domain/target.ts';
import type { MessageContent } from '../content.ts';
import { prose } from '../mrkdwn.ts';
import { fitGroups, fitList, header, section } from './blocks.ts';
import { type CanaryContext, canaryLines } from './canary.ts';
import { changeText } from './change.ts';
import { stateSign } from './operation.ts';

const LONGEST_LIST = 5;

/** What `/canary status` shows: one group of blocks for each canary. */
export function renderCanaries(views: readonly OperationView[], shown: CanaryContext): MessageContent {
  const { words } = shown;
  if (views.length === 0) {
    return { text: words.canary.none, blocks: [section([words.canary.none], words.more)] };
  }
  const groups = views.map((view) => {
    const { plan, state } = view.operation;
    const title = words.operation.title(plan);
    const head = `${stateSign(state)} *${prose(title)}* · ${words.operation.states[state]}`;
    return [section([head, changeText(plan, words), ...canaryLines(view, shown)], words.more)];
  });
  const list = views.map(({ operation, canary }) => {
    const name = targetKey(operation.plan.target);
    return canary === null ? name : `${name}: ${words.canary.share(canary.percent)}`;
  });
  return {
    text: fitList(list, LONGEST_LIST, words.more),
    blocks: [header(`🐤 ${words.canary.title}`), ...fitGroups(groups, words.more)],
  };
}
