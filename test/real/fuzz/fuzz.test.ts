import { afterAll, describe, expect, it } from 'vitest';
import { fuzzCloudRun } from './cloud-run.ts';
import { fuzzCommands } from './commands.ts';
import { fuzzConfig } from './config.ts';
import { SEED, tallied } from './counting.ts';
import { fuzzMarkup } from './markup.ts';
import { fuzzReplies } from './replies.ts';
import { fuzzSlackPayloads } from './slack.ts';
import { fuzzTransports } from './transports.ts';
import { fuzzWebhooks } from './webhooks.ts';

const FEWEST = 1_000_000;

describe(`whatever comes in (FUZZ_SEED=${SEED})`, () => {
  afterAll(() => {
    const { cases, boundaries } = tallied();
    for (const [boundary, count] of boundaries) console.log(`fuzz: ${count} of ${boundary}`);
    console.log(`fuzz: ${cases} cases over ${boundaries.size} boundaries, FUZZ_SEED=${SEED}`);
  });

  it('as typed text is a command of which every word counts, or a refusal that says why', () =>
    fuzzCommands(60_000));
  it('as Slack’s payload is read whole or refused, and what is read can be stored', () =>
    fuzzSlackPayloads(30_000));
  it('over both transports stores nothing but what our own workspace signed', () => fuzzTransports(2_000));
  it('at a webhook is read whole or refused with a reason, and opens only with the secret', () =>
    fuzzWebhooks(20_000));
  it('as a config is used or refused, with every problem told', () => fuzzConfig(500));
  it('as a reply of a registry or of Prometheus leads nowhere, and is understood or explained', () =>
    fuzzReplies(15_000));
  it('as a reply of Cloud Run is understood or explained', () => fuzzCloudRun(20_000));
  it('is text without effect in messages, and secrets in it are masked', () => fuzzMarkup(50_000));
  it(`was ${FEWEST} cases at least`, () => expect(tallied().cases).toBeGreaterThanOrEqual(FEWEST));
});
