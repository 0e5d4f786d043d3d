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
  /** Answers one person, where they asked. */
  answer(origin: Origin, reply: Reply): Promise<void>;
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

/** Answers, after telling people that it takes a moment if it does. */
export async function answered(
  context: DeliveryContext,
  origin: Origin,
  work: () => Promise<Reply | null>,
): Promise<void> {
  const notice = setTimeout(() => {
    if (toldThatItTakesLonger.has(origin)) return;
    toldThatItTakesLonger.add(origin);
    void context.answer(origin, { kind: 'looking-up' });
  }, PATIENCE);
  try {
    const reply = await work();
    clearTimeout(notice);
    if (reply !== null) await context.answer(origin, reply);
  } finally {
    clearTimeout(notice);
  }
}
