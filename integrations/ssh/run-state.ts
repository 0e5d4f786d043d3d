import type { RunState } from '../host.ts';
import { TargetError } from '../target.ts';

const LOST: Readonly<Record<string, string>> = {
  restarted: 'was restarted',
  full: 'has no space left on its disk',
  killed: 'ended it from outside',
};

/**
 * Reads what the look script printed: one line, then output. Output is cut behind its last whole line while
 * more may come, so that no line or letter is told in halves.
 */
export function readLook(
  printed: Buffer,
  { from, piece, host }: { readonly from: number; readonly piece: number; readonly host: string },
): RunState {
  const end = printed.indexOf('\n');
  const [state, word = ''] = printed.toString('utf8', 0, Math.max(end, 0)).trim().split(' ');
  if (state === 'absent') return { state };
  const bytes = printed.subarray(end + 1);
  const isLast = state !== 'running' && bytes.length < piece;
  const whole = isLast ? bytes.length : wholeLines(bytes, piece);
  const said = { output: bytes.toString('utf8', 0, whole), next: from + whole };
  if (state === 'ended' && isLast) return { state, status: Number(word), ...said };
  if (state === 'lost' && isLast) return { state, why: `${host} ${LOST[word] ?? word}`, ...said };
  if (state === 'running' || !isLast) return { state: 'running', ...said };
  throw new TargetError('invalid', `${host} does not answer in the way that was asked for.`);
}

function wholeLines(bytes: Buffer, piece: number): number {
  const end = bytes.lastIndexOf('\n') + 1;
  return end === 0 && bytes.length >= piece ? bytes.length : end;
}
