import { createHash } from 'node:crypto';

/** The one project and location of the demo cloud. */
export const project = 'projects/demo';
export const location = `${project}/locations/local`;

export function serviceName(id: string): string {
  return `${location}/services/${id}`;
}

export function jobName(id: string): string {
  return `${location}/jobs/${id}`;
}

export function revisionName(service: string, id: string): string {
  return `${service}/revisions/${id}`;
}

/** The last part of a resource name: `api-production` of `projects/demo/locations/local/services/api-production`. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

const suffixLetters = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The name that Cloud Run gives to a revision that came without one: `api-00007-k2f`. */
export function generatedRevisionId(service: string, count: number, random: () => number): string {
  return `${shortName(service)}-${String(count).padStart(5, '0')}-${randomSuffix(random)}`;
}

/** Three letters or digits. */
export function randomSuffix(random: () => number): string {
  return Array.from({ length: 3 }, () => suffixLetters[Math.floor(random() * suffixLetters.length)]).join('');
}

/** A UUID that follows from what it identifies. */
export function stableUid(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
