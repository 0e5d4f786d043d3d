import { shortDigest } from '../../domain/artifact.ts';
import type { PlanEnd, TargetPlan } from '../../domain/plan.ts';
import { code, prose } from '../mrkdwn.ts';
import type { Words } from '../words/words.ts';

/** From → to, with digests: what people compare before they approve. */
export function changeText(plan: Pick<TargetPlan, 'from' | 'to'>, words: Words): string {
  return `${endText(plan.from, words)}  →  ${endText(plan.to, words)}`;
}

/** What it ends in, by its shortest name: “`v1.1.0`”. */
export function versionText(plan: Pick<TargetPlan, 'to'>): string {
  return code(endName(plan.to));
}

/** From → to in plain words: “v1.0.0 → v1.1.0”. */
export function changeLine(plan: Pick<TargetPlan, 'from' | 'to'>, words: Words): string {
  const from = plan.from === null ? words.operation.nothing : endName(plan.from);
  return `${prose(from, 80)} → ${prose(endName(plan.to), 80)}`;
}

function endText(end: PlanEnd | null, words: Words): string {
  if (end === null) return `_${words.operation.nothing}_`;
  const name = endName(end);
  const digest = end.digest === null ? '' : shortDigest(end.digest);
  return name === digest || digest === '' ? `*${code(name)}*` : `*${code(name)}* ${code(digest)}`;
}

function endName(end: PlanEnd): string {
  return end.version ?? end.revision ?? (end.digest === null ? '?' : shortDigest(end.digest));
}
