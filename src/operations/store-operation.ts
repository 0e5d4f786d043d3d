import type { GateView } from '../domain/checks.ts';
import { changedFiles, NAMED_FILES } from '../domain/file-changes.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Plan, planDigest } from '../domain/plan.ts';
import type { OperationRequest, Origin, RequestOptions } from '../domain/request.ts';
import { targetKey } from '../domain/target.ts';
import { appendAudit } from '../store/audit.ts';
import type { Queryable } from '../store/database.ts';
import { recordGate } from '../store/gates.ts';
import { insertOperation, readView } from '../store/operations.ts';
import { DELETION } from './backup/retention.ts';
import type { OperationContext } from './context.ts';

/** Milliseconds after which an operation that asks nobody is given up if its target can't be asked. */
const UNASKED_LIMIT = 10 * 60_000;

/** The same for one that waits for checks. */
const CHECKS_LIMIT = 60 * 60_000;

/** Stores an operation, unless it is stored already, and shows it where it was asked for. */
export async function storeOperation(
  context: OperationContext,
  tx: Queryable,
  asked: {
    readonly id: string;
    readonly plan: Plan;
    readonly request: OperationRequest;
    readonly options: RequestOptions;
    readonly origin: Origin;
    readonly gate: GateView | null;
  },
): Promise<void> {
  const { id, plan, request, options, origin, gate } = asked;
  const createdAt = context.clock();
  const unasked = plan.checks === undefined ? UNASKED_LIMIT : CHECKS_LIMIT;
  const limit = plan.approval.required === 0 ? unasked : plan.approval.expires;
  const inserted = await insertOperation(tx, {
    id,
    request,
    options,
    requesterId: origin.userId,
    channelId: origin.channelId,
    threadTs: origin.threadTs ?? null,
    plan,
    planDigest: planDigest(plan),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + limit),
  });
  if (inserted && gate !== null) await recordGate(tx, id, gate);
  if (inserted) await announce(context, tx, id);
}

/** More than the message names. */
function listsFiles({ files }: Plan): boolean {
  return files !== undefined && changedFiles(files) > NAMED_FILES;
}

function listsCommits({ source }: Plan): boolean {
  return source !== undefined && source.brings.count + source.takesOut.count > 0;
}

/** Which data is put back, or relied on. */
function auditedBackup({ backup }: Plan): JsonObject | null {
  if (backup === undefined || backup.existing === null) return null;
  return { ...backup.existing, subject: backup.subject };
}

async function announce(context: OperationContext, tx: Queryable, id: string): Promise<void> {
  const view = await readView(tx, id);
  if (view === null) throw new Error(`operation ${id} is not stored`);
  const { operation } = view;
  await context.messages.operation(tx, view);
  if (listsCommits(operation.plan)) {
    await context.messages.line(tx, { view, key: 'source', line: { kind: 'source' } });
  }
  if (listsFiles(operation.plan)) {
    await context.messages.line(tx, { view, key: 'files', line: { kind: 'files' } });
  }
  if (operation.options.emergency !== null) await context.messages.emergency(tx, view);
  await appendAudit(
    tx,
    {
      actor: operation.requesterId,
      action:
        operation.options.emergency === null ? 'operation.requested' : 'operation.requested-as-emergency',
      subject: id,
      detail: {
        kind: operation.plan.kind,
        target: targetKey(operation.plan.target),
        version: operation.plan.to.version,
        digest: operation.plan.to.digest,
        planDigest: operation.planDigest,
        reason: operation.options.emergency ?? operation.options.reason,
        duringIncident: operation.options.duringIncident ?? null,
        backup: auditedBackup(operation.plan),
        deletes: operation.plan.steps.find(({ id }) => id === DELETION)?.input ?? null,
      },
    },
    operation.createdAt,
  );
}
