import { targetKey } from '../../domain/target.ts';
import { code } from '../mrkdwn.ts';
import type { ReleaseWords } from './words.ts';

/** What is said of releases that were published, in English. */
export const release: ReleaseWords = {
  published: (kind, whichText, whoText) =>
    `:package: *${kind === 'release' ? 'Release' : 'Pre-release'} ${whichText}* was published by ${whoText}.`,
  waiting: (target, untilText) =>
    `:hourglass_flowing_sand: It is deployed to ${code(targetKey(target))} as soon as it can be, until ${untilText}. So far:`,
  notDeployed: (target) => `:x: It was *not* deployed to ${code(targetKey(target))}:`,
  overtaken: (target, tagText) =>
    `:fast_forward: It was *not* deployed to ${code(targetKey(target))}: ${tagText} was published since. \`/deploy\` deploys it all the same.`,
  begun: (target) =>
    `:white_check_mark: Its deploy to ${code(targetKey(target))} was asked for; see its own message.`,
};
