import { z } from 'zod';
import { withoutTags } from '../traffic.ts';
import { changeTraffic, currentService } from './change-service.ts';
import { defineAction, operationHandle, type StepRun } from './step.ts';

const LOOK_AGAIN = 300;

/** Takes this operation's tags away; shares of traffic stay as they are. */
export const tidy = defineAction({
  input: z.object({}),
  handle: operationHandle,
  async start(run) {
    const operation = await changeTraffic(run, (service) =>
      withoutTags(service.entries, [run.ownTag, run.ownBaselineTag]),
    );
    return look(run, operation);
  },
  async resume(run, _input, handle) {
    return look(run, handle.operation);
  },
});

async function look(run: StepRun, operation: string | null) {
  const service = await currentService(run);
  if (!service.reconciling) return { phase: 'succeeded', message: 'The tag is gone.' } as const;
  return {
    phase: 'running',
    handle: { operation },
    message: 'waiting for the tag to go',
    lookAgainAfter: LOOK_AGAIN,
  } as const;
}
