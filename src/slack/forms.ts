import type { WebClient } from '@slack/web-api';
import type { Origin } from '../domain/request.ts';
import { type FormServices, renderForm } from './render/form.ts';
import { renderSilenceForm } from './render/silence-form.ts';
import type { Words } from './words/words.ts';

/** Opens the form of `/deploy` where somebody typed it. Slack allows it for three seconds. */
export async function openDeployForm(
  client: { readonly views: Pick<WebClient['views'], 'open'> },
  request: {
    readonly words: Words;
    readonly services: FormServices;
    readonly initial: { readonly service: string | null; readonly environment: string | null };
    readonly origin: Origin;
  },
): Promise<void> {
  const { words, services, initial, origin } = request;
  const { channelId, threadTs, responseUrl, triggerId } = origin;
  if (triggerId === undefined) throw new Error('nothing that was typed allows a form to be opened');
  const metadata = {
    channelId,
    ...initial,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
  await client.views.open({
    trigger_id: triggerId,
    view: renderForm({ words, services, metadata }),
  });
}

/** Opens the form of a silence where somebody clicked. */
export async function openSilenceForm(
  client: { readonly views: Pick<WebClient['views'], 'open'> },
  request: { readonly words: Words; readonly groupId: string; readonly origin: Origin },
): Promise<void> {
  const { words, groupId, origin } = request;
  const { channelId, threadTs, responseUrl, triggerId } = origin;
  if (triggerId === undefined) throw new Error('nothing that was clicked allows a form to be opened');
  const metadata = {
    groupId,
    channelId,
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(responseUrl === undefined ? {} : { responseUrl }),
  };
  await client.views.open({ trigger_id: triggerId, view: renderSilenceForm(words, metadata) });
}
