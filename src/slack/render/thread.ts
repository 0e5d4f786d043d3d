import type { OperationView } from '../../domain/operation.ts';
import type { ThreadLine } from '../../domain/thread-line.ts';
import type { MessageContent } from '../content.ts';
import { mention, moment, preformatted, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';
import { fitList, section } from './blocks.ts';
import { versionText } from './change.ts';
import { fileBlocks } from './files.ts';
import { standingApprovals } from './operation.ts';
import { outcomeSentence } from './outcome.ts';
import { commitBlocks, gateLines, sourceTitle } from './source.ts';

const LONGEST_LIST = 10;
const LONGEST_LOG_LINE = 1_500;

/** Something that happened to an operation, as a line in its thread. */
export function renderThreadLine(view: OperationView, line: ThreadLine, words: Words): MessageContent {
  const text = threadText(view, line, words);
  if (line.kind === 'source') return { text, blocks: commitBlocks(view.operation.plan, words) };
  if (line.kind === 'files') return { text, blocks: fileBlocks(view.operation.plan, words) };
  return sentence(text, words);
}

/** What the incident channel reads when approval is skipped. */
export function renderEmergency(view: OperationView, words: Words): MessageContent {
  const { plan, requesterId, options } = view.operation;
  const title = words.operation.title(plan);
  const reason = options.emergency ?? '';
  const text = words.thread.emergency(mention(requesterId), title, versionText(plan, words), reason);
  return sentence([text, ...gateLines(view, words)].join('\n'), words);
}

function sentence(text: string, words: Words): MessageContent {
  return { text, blocks: [section([text], words.more)] };
}

function threadText(view: OperationView, line: ThreadLine, words: Words): string {
  const { plan } = view.operation;
  const { required } = plan.approval;
  const given = standingApprovals(view).length;
  const title = words.operation.title(plan);
  switch (line.kind) {
    case 'approved':
      return words.thread.approved(mention(line.userId), given, required);
    case 'withdrawn':
      return words.thread.withdrawn(mention(line.userId), given, required);
    case 'rejected':
      return words.thread.rejected(mention(line.userId));
    case 'reminder': {
      const who = fitList(line.approvers.map(mention), LONGEST_LIST, words.more);
      const when = moment(new Date(line.expiresAt));
      return words.thread.reminder(who, Math.max(0, required - given), title, when);
    }
    case 'waiting':
      return words.thread.waiting(line.why);
    case 'stopping':
      return words.thread.stopping(mention(line.userId));
    case 'not-stopped':
      return words.thread.notStopped(line.step, line.why);
    case 'ended-before-stop':
      return words.thread.endedBeforeStop(line.step);
    case 'canary-moved':
      return words.thread.canaryMoved(line.percent, line.by === null ? null : mention(line.by));
    case 'canary-held':
      return words.canary.held(line.trouble);
    case 'canary-going-on':
      return words.thread.canaryGoingOn;
    case 'source':
      return sourceTitle(view.operation.plan, words);
    case 'files':
      return words.files.title;
    case 'ended':
      return words.thread.ended(
        title,
        words.operation.states[line.state],
        outcomeSentence(line.outcome, words),
      );
    case 'alert':
      return words.alerts.inThread(line.severity, line.name, moment(new Date(line.at)));
    case 'log':
      return logText(line.text);
  }
}

/** One line as a sentence; of several the first says what the others are. */
function logText(text: string): string {
  const [first = '', ...lines] = text.split('\n');
  if (lines.length === 0) return prose(first, LONGEST_LOG_LINE) || '…';
  return `${prose(first)}\n${preformatted(lines.join('\n'))}`;
}
