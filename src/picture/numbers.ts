/** A ratio as people say it: 0.0123 is `1.2%`. */
export function sayPercent(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 0 && percent < 0.01) return '<0.01%';
  const digits = percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
  return `${trimmed(percent.toFixed(digits))}%`;
}

/** Milliseconds as people say them: `85 ms`, `1.2 s`. */
export function sayMilliseconds(milliseconds: number): string {
  if (milliseconds >= 9_950) return `${Math.round(milliseconds / 1000)} s`;
  if (milliseconds >= 999.5) return `${trimmed((milliseconds / 1000).toFixed(1))} s`;
  return `${trimmed(milliseconds.toFixed(milliseconds < 10 ? 1 : 0))} ms`;
}

/** A time of day in UTC, `10:05` or `10:05:30`; with `date`, `08-01 10:05`. */
export function sayTime(at: number, detail: 'date' | 'minutes' | 'seconds'): string {
  const text = new Date(at).toISOString();
  if (detail === 'date') return `${text.slice(5, 10)} ${text.slice(11, 16)}`;
  return text.slice(11, detail === 'minutes' ? 16 : 19);
}

function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
