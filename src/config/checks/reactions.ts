import { problemAt, valueText } from '../problem.ts';
import type { Check } from './check.ts';

/** Yes and no are different reactions. */
export const checkReactions: Check = ({ config: { slack } }) => {
  if (slack.approveReaction !== slack.rejectReaction) return [];
  const found = valueText(slack.rejectReaction);
  return [problemAt(['slack', 'rejectReaction'], 'approving and rejecting would be the same', { found })];
};
