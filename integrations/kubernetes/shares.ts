/** Weights as whole percents whose sum is 100, by largest remainders; what has no weight is left out. */
export function sharesOf(
  weights: readonly { readonly name: string; readonly weight: number }[],
): readonly { readonly name: string; readonly percent: number }[] {
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return [];
  const exact = weights
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => ({ name, exact: (100 * weight) / total }));
  const missing = 100 - exact.reduce((sum, one) => sum + Math.floor(one.exact), 0);
  const byRemainder = [...exact].sort((a, b) => (b.exact % 1) - (a.exact % 1));
  const raised = new Set(byRemainder.slice(0, missing).map(({ name }) => name));
  return exact.map((one) => ({
    name: one.name,
    percent: Math.floor(one.exact) + (raised.has(one.name) ? 1 : 0),
  }));
}
