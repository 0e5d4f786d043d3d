/** @module A column of messages that stays at its newest unless the reader scrolled away from it. */
import { html } from 'htm/preact';
import { type ComponentChildren, h, type JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../icons.ts';
import type { Message } from '../model/message.ts';
import { isReply } from '../state/stream.ts';
import { MessageRow } from './message.ts';
import { dayName } from './time.ts';

interface MessageListProps {
  readonly messages: readonly Message[];
  readonly channel: string;
  readonly label: string;
  readonly inThread: boolean;
  /** What stands above the first message. */
  readonly intro: ComponentChildren;
  /** Changes when another conversation is shown, or when one writes: both go to the end. */
  readonly conversation: string;
}

/** Messages of one author within this many seconds stand together. */
const TOGETHER = 300;
/** How near to the end still counts as being at the end. Pixels. */
const NEAR = 60;

export function MessageList({
  messages,
  channel,
  label,
  inThread,
  intro,
  conversation,
}: MessageListProps): JSX.Element {
  const { scroller, content, isAtEnd, toEnd } = useStickToEnd(conversation);
  return html`<div class="log-frame">
    <div class="log" ref=${scroller} role="log" aria-label=${label} aria-relevant="additions" tabindex="0" data-testid=${inThread ? 'thread-log' : 'log'}>
      <div class="log-content" ref=${content}>
        ${intro}
        ${messages.flatMap((message, index) => drawRows({ message, before: messages[index - 1], channel, inThread }))}
      </div>
    </div>
    ${
      !isAtEnd &&
      html`<button type="button" class="to-end" data-testid="to-end" onClick=${toEnd}>${h(Icon, { name: 'down' })} Newest</button>`
    }
  </div>`;
}

interface RowPlace {
  readonly message: Message;
  readonly before: Message | undefined;
  readonly channel: string;
  readonly inThread: boolean;
}

function drawRows({ message, before, channel, inThread }: RowPlace): readonly JSX.Element[] {
  const isNewDay = before === undefined || dayName(before.ts) !== dayName(message.ts);
  const row = h(MessageRow, {
    key: message.ts,
    message,
    channel,
    inThread,
    isCompact: !isNewDay && belongsTogether(before, message) && !(inThread && !isReply(before)),
  });
  if (inThread && before !== undefined && !isReply(before))
    return [html`<div class="day" key="replies" role="separator"><span>Replies</span></div>`, row];
  if (!isNewDay || inThread) return [row];
  const day = html`<div class="day" key="day-${message.ts}" role="separator"><span>${dayName(message.ts)}</span></div>`;
  return [day, row];
}

/** The bot's messages with blocks always show their head: each is a thing of its own. */
function belongsTogether(before: Message, message: Message): boolean {
  const isSameAuthor = before.user === message.user && before.name === message.name;
  const isPlain = !message.isEphemeral && !before.isEphemeral && message.blocks.length === 0;
  return isSameAuthor && isPlain && Number(message.ts) - Number(before.ts) < TOGETHER;
}

function useStickToEnd(conversation: string) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);
  const toEnd = (): void => {
    sticks.current = true;
    setAtEnd(true);
    if (scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  useLayoutEffect(toEnd, [conversation]);
  useEffect(() => {
    const box = scroller.current;
    if (box === null || content.current === null) return undefined;
    const onScroll = (): void => {
      sticks.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
      setAtEnd(sticks.current);
    };
    const observer = new ResizeObserver(() => {
      if (sticks.current) box.scrollTop = box.scrollHeight;
    });
    observer.observe(content.current);
    observer.observe(box);
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', onScroll);
    };
  }, []);
  return { scroller, content, isAtEnd, toEnd };
}
