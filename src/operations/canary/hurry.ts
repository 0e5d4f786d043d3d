import { readCanary, writeCanary } from '../../store/canaries.ts';
import { openOperations } from '../../store/operations.ts';
import { changeOperation } from '../change.ts';
import type { OperationContext } from '../context.ts';
import type { Engine } from '../engine.ts';

/** Lets the canaries of a service look at once: something is known that cannot wait for their next look. */
export async function hurryCanaries(
  context: OperationContext,
  engine: Engine,
  about: { readonly service: string; readonly environment: string | null },
): Promise<void> {
  const open = await openOperations(context.database);
  const running = open.filter(
    ({ state, plan: { kind, target } }) =>
      state === 'running' &&
      kind === 'canary' &&
      target.service === about.service &&
      (about.environment === null || target.environment === about.environment),
  );
  for (const { id } of running) {
    await changeOperation(context, id, async ({ tx }) => {
      const state = await readCanary(tx, id);
      if (state !== null) await writeCanary(tx, id, { ...state, nextLookAt: context.clock() });
      // Its message says nothing new.
      return false;
    });
    await engine.wake(id);
  }
}
