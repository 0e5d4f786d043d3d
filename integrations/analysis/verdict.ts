import { type Verdict, type VerdictKind, worstOf } from '../../src/domain/verdict.ts';
import type { Finding } from './limits.ts';

/** What one provider says at one look, from its findings: the worst kind, in the words of those that are so. */
export function verdictOn(
  findings: readonly Finding[],
  rest: Pick<Verdict, 'measurements' | 'samples'> & { readonly warnings?: readonly string[] },
): Verdict {
  const kind = worstOf(findings.map((finding) => finding.kind));
  const deciding = findings.filter((finding) => finding.kind === kind).map(({ detail }) => detail);
  return { kind, detail: sentence(deciding), warnings: [], ...rest };
}

/** A verdict without anything measured. */
export function unmeasured(kind: VerdictKind, detail: string): Verdict {
  return { kind, detail: sentence([detail]), measurements: [], samples: 0, warnings: [] };
}

function sentence(clauses: readonly string[]): string {
  return `${[...new Set(clauses)].join('; ')}.`;
}
