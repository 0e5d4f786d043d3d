/**
 * Puts together what the code behind services takes: their repositories, who people are, and GitHub's webhook.
 * @module
 */
import type { Repository } from '../integrations/code-hosts.ts';
import { readReleaseEvent } from '../integrations/github/release-event.ts';
import { type TargetRef, targetKey } from './domain/target.ts';
import type { Webhook } from './http/webhooks.ts';
import type { OperationContext, SourceCode } from './operations/context.ts';
import type { Engine } from './operations/engine.ts';
import { createPlaceAuthor } from './operations/source/authors.ts';
import type { Telling } from './operations/source/deployments.ts';
import { isAsTyped } from './operations/source/image-tag.ts';
import { type ReleaseContext, servicesOf } from './operations/source/releases.ts';
import type { Setup } from './setup.ts';
import type { SlackConnection } from './slack/connection.ts';
import { operationKey } from './slack/messages.ts';
import { plain } from './slack/mrkdwn.ts';
import { tellReleases } from './slack/release-messages.ts';
import { en } from './slack/words/en.ts';
import { type Database, inTransaction } from './store/database.ts';
import { findMessage } from './store/publications.ts';
import { storeRelease } from './store/releases.ts';

const SUGGESTED_VERSIONS = 50;

/** The repositories of services, and who their authors are in Slack. */
export function codeBehind(
  { config }: Setup,
  repositories: ReadonlyMap<string, Repository>,
  { mentions }: SlackConnection,
): SourceCode {
  const [any] = repositories.values();
  return {
    of: (service) => repositories.get(service)?.code ?? null,
    placeAuthor: createPlaceAuthor({
      people: config.github?.people ?? {},
      lookUp: mentions.idOfEmail,
      emailOf: async (login) => any?.code.emailOf(login) ?? null,
    }),
  };
}

/** Releases first: they are what people mean; what was only pushed to the registry comes after. */
export async function suggestedVersions(
  { code, targets, config, log }: OperationContext,
  form: TargetRef,
): Promise<readonly string[]> {
  const host = code.of(form.service);
  const told = async (versions: Promise<readonly string[]> | undefined): Promise<readonly string[]> => {
    try {
      return (await versions) ?? [];
    } catch (err) {
      log.warn({ err, target: targetKey(form) }, 'versions to suggest are missing');
      return [];
    }
  };
  const [released, published] = await Promise.all([
    told(host?.recentVersions(SUGGESTED_VERSIONS)),
    told(targets.get(targetKey(form))?.recentVersions(SUGGESTED_VERSIONS)),
  ]);
  const asTyped = isAsTyped(config.services[form.service]?.imageTag ?? '{version}');
  // Where images are tagged as people type it, what is not published yet cannot be deployed.
  const ready =
    asTyped && published.length > 0 ? released.filter((one) => published.includes(one)) : released;
  return [...new Set([...ready, ...published])].slice(0, SUGGESTED_VERSIONS);
}

/** What code hosts are told of operations, beside their state. */
export function telling({ database, log }: OperationContext, { asking }: SlackConnection): Telling {
  return {
    describe: ({ plan, state }) => plain(`${en.operation.title(plan)}: ${en.operation.states[state]}`, 140),
    link: async ({ id }) => {
      const message = await findMessage(database, operationKey(id));
      if (message === null) return null;
      try {
        const { channelId: channel, ts: message_ts } = message;
        return (await asking.chat.getPermalink({ channel, message_ts })).permalink ?? null;
      } catch (err) {
        log.warn({ err, operation: id }, 'Slack did not say where a message is');
        return null;
      }
    },
  };
}

/** What releases are worked on with. */
export function releaseContext(
  operations: OperationContext,
  engine: Engine,
  slack: SlackConnection,
): ReleaseContext {
  return {
    operations,
    engine,
    channelId: (spelling) => slack.channels.idOf(spelling),
    tell: tellReleases(en),
  };
}

/** `POST /webhooks/github`: releases are stored, and worked on afterwards. */
export function githubWebhook({ config, webhookSecret }: Setup, database: Database): Webhook {
  return {
    name: 'github',
    authentication: { kind: 'signature', header: 'X-Hub-Signature-256', prefix: 'sha256=' },
    secret: webhookSecret('github'),
    accept: async ({ headers, body }) => {
      const read = readReleaseEvent(headers['x-github-event'], body);
      if (read.kind === 'malformed') return read;
      if (read.kind === 'nothing') return { kind: 'ignored', why: read.why };
      const { release } = read;
      const services = servicesOf(release, config);
      if (services.length === 0)
        return { kind: 'ignored', why: `no service deploys a ${release.kind} of ${release.repository}` };
      const stored = await inTransaction(database, async (tx) => {
        const results: ('stored' | 'duplicate')[] = [];
        for (const service of services) results.push(await storeRelease(tx, { service, release }));
        return results;
      });
      return { kind: stored.includes('stored') ? 'stored' : 'duplicate' };
    },
  };
}
