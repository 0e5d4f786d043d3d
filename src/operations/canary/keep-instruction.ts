import type { CanaryInstruction } from '../../domain/canary.ts';
import { appendAudit } from '../../store/audit.ts';
import { insertInstruction } from '../../store/canaries.ts';
import type { Queryable } from '../../store/database.ts';

/** Keeps what a canary is told, and the record of it; once for each delivery. */
export async function keepInstruction(
  tx: Queryable,
  given: {
    readonly operationId: string;
    readonly deliveryId: string;
    readonly instruction: CanaryInstruction;
    readonly by: string;
    readonly at: Date;
  },
): Promise<void> {
  if (!(await insertInstruction(tx, given))) return;
  const { instruction, operationId, by, at } = given;
  const detail = instruction.kind === 'move' ? { percent: instruction.percent } : {};
  await appendAudit(
    tx,
    { actor: by, action: `canary.${instruction.kind}`, subject: operationId, detail },
    at,
  );
}
