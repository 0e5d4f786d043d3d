import {
  type AlertGroupView,
  type GroupState,
  isSilenced,
  type Severity,
  severityOf,
} from '../../domain/alert.ts';

/** The colour of a severity, always beside its word. */
export const SEVERITY_SIGNS: Readonly<Record<Severity, string>> = {
  critical: '🔴',
  warning: '🟠',
  info: '🔵',
};
export const SEVERITY_COLORS: Readonly<Record<Severity, string>> = {
  critical: '#d00000',
  warning: '#e8912d',
  info: '#1d9bd1',
};
export const RESOLVED_SIGN = '✅';
export const RESOLVED_COLOR = '#2eb67d';

/** How a group stands now. */
export function groupState({ group, alerts, silences }: AlertGroupView, now: Date): GroupState {
  if (group.resolvedAt !== null) return 'resolved';
  if (isSilenced({ alerts, silences }, now)) return 'silenced';
  return group.acknowledgedBy === null ? 'firing' : 'acknowledged';
}

export function groupSign(view: AlertGroupView): string {
  return view.group.resolvedAt === null ? SEVERITY_SIGNS[severityOf(view.alerts)] : RESOLVED_SIGN;
}
