import { afterEach, describe, expect, it } from 'vitest';
import { composeTargetConfig } from '../../../../integrations/compose/config.ts';
import { pullStep } from '../../../../integrations/compose/plan-steps.ts';
import { createComposeTarget } from '../../../../integrations/compose/target.ts';
import type { DetachedRun, Host, RunState } from '../../../../integrations/host.ts';
import type { StepProgress } from '../../../../integrations/target.ts';
import { contextOf } from '../../../contract/target/drive.ts';

const MINUTE = 60_000;
const image = 'registry.example/shop/web';
const release = {
  version: 'v1.1.0',
  tag: 'v1.1.0',
  digests: { web: `sha256:${'a'.repeat(64)}` },
} as const;

describe('work on a host that is begun again', () => {
  const begun: Pick<DetachedRun, 'id' | 'timeLimit'>[] = [];
  let now = 0;
  let end: RunState = { state: 'ended', status: 1, output: 'connection refused', next: 0 };
  afterEach(() => {
    begun.length = 0;
    now = 0;
  });

  function target() {
    const unasked = () => Promise.reject(new Error('nothing else is asked of it'));
    const host: Host = {
      name: 'web-1',
      identity: 'deploy@web-1.example:22',
      run: unasked,
      start: async ({ id, timeLimit }) => void begun.push({ id, timeLimit }),
      look: async () => end,
      stop: unasked,
      readFile: unasked,
      writeFile: unasked,
      fetch: unasked,
      examine: unasked,
      close: async () => undefined,
    };
    const nothing = { resolve: unasked, versions: unasked, versionsOf: unasked, manifestsOf: unasked };
    const checker = { run: unasked };
    return createComposeTarget({
      ref: { service: 'shop', environment: 'production' },
      config: composeTargetConfig.parse({
        kind: 'compose',
        host: 'web-1',
        directory: '/srv/shop',
        images: { web: image },
      }),
      host,
      artifacts: () => nothing,
      credentials: async () => null,
      checkers: { bot: checker, host: checker },
      verify: [],
      watch: 0,
      migration: null,
      now: () => now,
    });
  }

  async function ended(pause: number): Promise<StepProgress> {
    const shop = target();
    const step = pullStep(release);
    let progress = await shop.start(step, contextOf('op-a'));
    while (progress.phase === 'running') {
      now += pause;
      progress = await shop.resume(step, progress.handle, contextOf('op-a'));
    }
    return progress;
  }

  it('gets what is left of its step’s time, and not all of it anew', async () => {
    expect(await ended(10 * MINUTE)).toMatchObject({ phase: 'failed', problem: 'unavailable' });
    expect(begun).toEqual([
      { id: 'op-a/pull', timeLimit: 30 * MINUTE },
      { id: 'op-a/pull.2', timeLimit: 20 * MINUTE },
      { id: 'op-a/pull.3', timeLimit: 10 * MINUTE },
    ]);
  });

  it('is not begun again when it ran out of time', async () => {
    end = { state: 'ended', status: 124, output: '', next: 0 };
    expect(await ended(MINUTE)).toMatchObject({ phase: 'failed', problem: 'timeout' });
    expect(begun).toHaveLength(1);
  });
});
