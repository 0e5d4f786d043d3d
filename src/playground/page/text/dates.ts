/** @module Slack's date tokens (`{date_pretty} at {time}`) in the reader's own language and time zone. */

/** Where and when the reader is. `now` in seconds. */
export interface Reader {
  readonly locale: string | undefined;
  readonly timeZone: string | undefined;
  readonly now: number;
}

type Formatter = (at: Date, reader: Reader) => string;

const DAY = 86_400;

const TOKENS: ReadonlyMap<string, Formatter> = new Map(
  Object.entries({
    date_num: (at, reader) => isoDay(at, reader),
    date_slash: (at, reader) => local(at, reader, { day: '2-digit', month: '2-digit', year: 'numeric' }),
    date: (at, reader) => local(at, reader, { dateStyle: 'long' }),
    date_short: (at, reader) => local(at, reader, { dateStyle: 'medium' }),
    date_long: (at, reader) => local(at, reader, { dateStyle: 'full' }),
    date_long_full: (at, reader) => local(at, reader, { dateStyle: 'long' }),
    date_pretty: pretty({ dateStyle: 'long' }),
    date_short_pretty: pretty({ dateStyle: 'medium' }),
    date_long_pretty: pretty({ dateStyle: 'full' }),
    day_divider_pretty: pretty({ weekday: 'long', month: 'long', day: 'numeric' }),
    time: (at, reader) => local(at, reader, { hour: 'numeric', minute: '2-digit' }),
    time_secs: (at, reader) => local(at, reader, { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    ago: (at, reader) => ago(at.getTime() / 1000 - reader.now, reader.locale),
  }),
);

/** Fills the tokens of `format` for `timestamp` (seconds); tokens that do not exist stay as they are. */
export function formatDate(timestamp: number, format: string, reader: Reader): string {
  const at = new Date(timestamp * 1000);
  return format.replace(/\{(\w+)\}/g, (token, name: string) => TOKENS.get(name)?.(at, reader) ?? token);
}

function local(at: Date, reader: Reader, options: Intl.DateTimeFormatOptions): string {
  const zone = reader.timeZone === undefined ? {} : { timeZone: reader.timeZone };
  return new Intl.DateTimeFormat(reader.locale, { ...options, ...zone }).format(at);
}

function isoDay(at: Date, reader: Reader): string {
  return local(at, { ...reader, locale: 'sv-SE' }, { dateStyle: 'short' });
}

function pretty(options: Intl.DateTimeFormatOptions): Formatter {
  return (at, reader) => nearDay(at, reader) ?? local(at, reader, options);
}

function nearDay(at: Date, reader: Reader): string | undefined {
  const near: readonly [number, string][] = [
    [0, 'today'],
    [-DAY, 'yesterday'],
    [DAY, 'tomorrow'],
  ];
  const day = isoDay(at, reader);
  return near.find(([offset]) => isoDay(new Date((reader.now + offset) * 1000), reader) === day)?.[1];
}

function ago(seconds: number, locale: string | undefined): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 60) return format.format(Math.round(seconds), 'second');
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (size < DAY) return format.format(Math.round(seconds / 3600), 'hour');
  return format.format(Math.round(seconds / DAY), 'day');
}
