import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERT_ENV, alerts } from '../../support/alerts.ts';
import { quick } from '../../support/demo-config.ts';
import { heldBy, INSPECTED, residentOf } from '../../support/process-memory.ts';
import { type RunningBot, startBotWithPlayground } from '../../support/running-bot.ts';
import { callsOf, rightAnswers, sendAll, storedNames, validNames } from '../../support/webhook-load.ts';

const WAVES = [1, 2, 3] as const;
/** Bytes that may be held more than after the first wave: half a kilobyte for each webhook would be more. */
const HELD_MORE = 8 * 1_024 * 1_024;
/** Resident bytes that there may be more: V8's young heap (twice 16 MB, full or not), and as much in pages half used. */
const RESIDENT_MORE = 64 * 1_024 * 1_024;

describe('10,000 webhooks from fifty connections, a third of them malformed, sent twice or broken off', () => {
  let running: RunningBot;
  /** What is held and what is resident after each wave, once the garbage is collected. */
  const after = new Map<number, { readonly held: number; readonly resident: number }>();
  beforeAll(async () => {
    running = await startBotWithPlayground({ ...ALERT_ENV, ...INSPECTED, LOG_LEVEL: 'warn' }, (config) => {
      quick(config);
      alerts(config);
    });
  });
  afterAll(() => running.stop());

  it.each(WAVES)('store every valid alert once and nothing else, and none fails (wave %i)', async (wave) => {
    const calls = callsOf(wave);
    expect(await sendAll(running.url(), calls)).toEqual(rightAnswers(calls));
    expect(await storedNames(running, wave)).toEqual(validNames(calls).toSorted());
    const held = await heldBy(running.bot());
    after.set(wave, { held, resident: residentOf(running.bot()) });
  });

  it('leave nothing behind in memory, however many waves of them there are', () => {
    const [first, ...others] = WAVES.flatMap((wave) => after.get(wave) ?? []);
    expect(others).toHaveLength(WAVES.length - 1);
    for (const { held, resident } of others) {
      expect(held - (first?.held ?? 0)).toBeLessThan(HELD_MORE);
      expect(resident - (first?.resident ?? 0)).toBeLessThan(RESIDENT_MORE);
    }
  });
});
