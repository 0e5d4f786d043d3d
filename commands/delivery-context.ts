import type { AlertContext } from '../src/alerts/context.ts';
import type { Reply } from '../src/domain/reply.ts';
import type { Origin } from '../src/domain/request.ts';
import type { OperationContext } from '../src/operations/context.ts';
import type { Engine } from '../src/operations/engine.ts';
import type { Vocabulary } from './command.ts';
import type { ReadReactions } from './missed-reactions.ts';

/** Milliseconds after which a person is told that the answer takes longer. */
const PATIENCE = 1_000;

/** What deliveries are worked on with. */
export interface DeliveryContext {
  readonly operations: OperationContext;
  readonly engine: Engine;
  /** The words that can be used in a channel. */
  vocabulary(channelId: string): Promise<Vocabulary>;
  /** Answers one person, where they asked; `instead` of what the same command was answered before. */
  answer(origin: Origin, reply: Reply, place?: 'beside' | 'instead'): Promise<void>;
  /** Takes back what a command was answered before. */
  takeBack(origin: Origin): Promise<void>;
  /** The operation whose message this is, or null. */
  operationAt(message: { readonly channelId: string; readonly ts: string }): Promise<string | null>;
  /** Null when the config receives no alerts. */
  readonly alerts: AlertContext | null;
  /** The reason of a silence for which nobody was asked one. */
  readonly reasonOfSilence: string;
  /** Who has a reaction that decides under an operation's message now. */
  readonly readReactions: ReadReactions;
  /** Slack's names of the reactions that decide. */
  readonly reactions: { readonly approve: string; readonly reject: string };
}

/** Those who were told so: once, however often the work is begun anew because the database is away. */
const toldThatItTakesLonger = new WeakSet<Origin>();

type Answering = Pick<DeliveryContext, 'answer' | 'takeBack'>;

/** Answers, after telling people that it takes a moment if it does. */
export function answered(
  context: Answering,
  origin: Origin,
  work: () => Promise<Reply | null>,
): Promise<void> {
  return withNotice(context, origin, async (notice) => {
    const reply = await work();
    await notice.stop();
    if (reply !== null) await context.answer(origin, reply);
  });
}

/**
 * As {@link answered}, for what was typed: the answer takes the place of that notice. Under a message that would
 * replace the message.
 */
export function answeredInPlace(
  context: Answering,
  origin: Origin,
  work: () => Promise<Reply | null>,
): Promise<void> {
  return withNotice(context, origin, async (notice) => {
    const reply = await work();
    const said = await notice.stop();
    if (reply !== null) await context.answer(origin, reply, said ? 'instead' : 'beside');
    else if (said) await context.takeBack(origin);
  });
}

/** Says that the answer takes a moment, unless it is stopped before. */
interface Notice {
  /** Resolves to whether it was said. */
  stop(): Promise<boolean>;
}

async function withNotice(
  context: Answering,
  origin: Origin,
  work: (notice: Notice) => Promise<void>,
): Promise<void> {
  const notice = noticeOf(context, origin);
  try {
    await work(notice);
  } finally {
    await notice.stop();
  }
}

function noticeOf(context: Answering, origin: Origin): Notice {
  if (toldThatItTakesLonger.has(origin)) return { stop: async () => true };
  let saying: Promise<void> | null = null;
  const timer = setTimeout(() => {
    toldThatItTakesLonger.add(origin);
    saying = context.answer(origin, { kind: 'looking-up' });
  }, PATIENCE);
  return {
    stop: async () => {
      clearTimeout(timer);
      await saying;
      return saying !== null;
    },
  };
}
