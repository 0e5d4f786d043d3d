/** @module Times beside messages, in the reader's language. */
import { formatDate } from '../text/dates.ts';

const reader = () => ({ locale: undefined, timeZone: undefined, now: Date.now() / 1000 });

/** The time of day of a ts. */
export function clockTime(ts: string): string {
  return formatDate(Number(ts), '{time}', reader());
}

/** The day and time of a ts, for tooltips. */
export function fullTime(ts: string): string {
  return formatDate(Number(ts), '{date_long} {time_secs}', reader());
}

/** The day of a ts: today, yesterday, or its date. */
export function dayName(ts: string): string {
  const day = formatDate(Number(ts), '{day_divider_pretty}', reader());
  return day.charAt(0).toUpperCase() + day.slice(1);
}

/** How long ago a ts was. */
export function agoTime(ts: string): string {
  return formatDate(Number(ts), '{ago}', reader());
}
