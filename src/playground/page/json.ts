/**
 * @module Readers of JSON from the playground's server. They turn what is not there, or is of another type,
 * into an empty value, because a chat window must show the rest of a message whose one part it cannot read.
 */

/** A JSON object whose members have not been looked at yet. */
export type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function record(value: unknown): Json {
  return isJson(value) ? value : {};
}

/** The array's members, or none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The array's members as objects; members of another type are left out. */
export function records(value: unknown): readonly Json[] {
  return list(value).filter(isJson);
}

/** The string, or ''. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The array's strings; members of another type are left out. */
export function texts(value: unknown): readonly string[] {
  return list(value).filter((member) => typeof member === 'string');
}

/** The finite number, or 0. */
export function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
