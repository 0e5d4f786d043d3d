/** All that a picture and its alternative text say of themselves. */
export const WORDS = {
  errorRate: 'Error rate',
  p95: 'p95 latency',
  canary: 'canary',
  baseline: 'baseline',
  limit: 'limit',
  noData: 'no data',
  timeZone: 'UTC',
} as const;
