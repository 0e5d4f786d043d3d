import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VERDICT_KINDS, type Verdict, type VerdictKind } from '../../../src/domain/verdict.ts';
import { type CanaryRules, combineVerdicts, decide, UNJUDGED } from '../../../src/policy/canary.ts';

const rules: CanaryRules = { failureLimit: 2, onNoData: 'hold', onUnavailable: 'hold', holdLimit: 900_000 };
const MINUTE = 60_000;

/** What looks a minute apart led to, in words: `hold failing`. */
function led(verdicts: readonly VerdictKind[], changed: Partial<CanaryRules> = {}): readonly string[] {
  let standing = UNJUDGED;
  return verdicts.map((verdict, index) => {
    const decision = decide({ standing, verdict, rules: { ...rules, ...changed }, now: index * MINUTE });
    standing = decision.standing;
    return 'why' in decision ? `${decision.kind} ${decision.why.code}` : decision.kind;
  });
}

function verdict(kind: VerdictKind, detail: string): Verdict {
  const measurement = { name: detail, canary: 1, baseline: null, limit: null, unit: 'number' } as const;
  return { kind, detail, measurements: [measurement], samples: 10, warnings: [`about ${detail}`] };
}

describe('what a look leads to', () => {
  it('goes on when it passes', () => {
    expect(led(['pass', 'pass'])).toEqual(['go-on', 'go-on']);
  });

  it('aborts at as many failed looks in a row as the rules say', () => {
    expect(led(['fail', 'fail'])).toEqual(['hold failing', 'abort failing']);
    expect(led(['fail'], { failureLimit: 1 })).toEqual(['abort failing']);
  });

  it('begins to count again when a look passes', () => {
    expect(led(['fail', 'pass', 'fail', 'fail'])).toEqual([
      'hold failing',
      'go-on',
      'hold failing',
      'abort failing',
    ]);
  });

  it('does not forgive a failed look since there was nothing to judge after it', () => {
    expect(led(['fail', 'no-data', 'unavailable', 'fail'])).toEqual([
      'hold failing',
      'hold no-data',
      'hold unavailable',
      'abort failing',
    ]);
  });

  it('holds without a verdict until the limit, then aborts', () => {
    const limit = { holdLimit: 2 * MINUTE };
    expect(led(['no-data', 'unavailable', 'no-data'], limit)).toEqual([
      'hold no-data',
      'hold unavailable',
      'abort no-data',
    ]);
  });

  it('counts the time without a verdict from the last look that passed', () => {
    const limit = { holdLimit: 2 * MINUTE };
    expect(led(['no-data', 'no-data', 'pass', 'no-data', 'no-data'], limit)).not.toContain('abort no-data');
    expect(led(['no-data', 'fail', 'no-data'], { ...limit, failureLimit: 9 })).toContain('abort no-data');
  });

  it('says until when it holds and how long it held', () => {
    const held = decide({ standing: UNJUDGED, verdict: 'unavailable', rules, now: 1_000 });
    expect(held).toMatchObject({ kind: 'hold', why: { code: 'unavailable', until: 901_000 } });
    const later = decide({ standing: held.standing, verdict: 'no-data', rules, now: 901_000 });
    expect(later).toMatchObject({ kind: 'abort', why: { code: 'no-data', heldFor: 900_000 } });
  });

  it('can abort at the first look without a verdict', () => {
    expect(led(['no-data'], { onNoData: 'abort' })).toEqual(['abort no-data']);
    expect(led(['unavailable'], { onUnavailable: 'abort' })).toEqual(['abort unavailable']);
  });

  it('can take no data for a pass, and then nothing else', () => {
    expect(led(['no-data', 'unavailable'], { onNoData: 'pass' })).toEqual(['go-on', 'hold unavailable']);
  });

  it('comes to an end, whatever is said, unless something passes', () => {
    const worse = fc.constantFrom<VerdictKind>('fail', 'no-data', 'unavailable');
    const property = fc.property(
      fc.array(worse, { minLength: 40, maxLength: 40 }),
      fc.integer({ min: 1, max: 20 }),
      (verdicts, failureLimit) => {
        const decisions = led(verdicts, { failureLimit });
        expect(decisions.some((decision) => decision.startsWith('abort'))).toBe(true);
        expect(decisions).not.toContain('go-on');
      },
    );
    fc.assert(property);
  });

  it('is decided by JSON: a standing that was stored leads to the same', () => {
    const { standing } = decide({ standing: UNJUDGED, verdict: 'fail', rules, now: 5 });
    expect(JSON.parse(JSON.stringify(standing))).toEqual(standing);
  });
});

describe('several verdicts', () => {
  it('come to the worst of them, in its own words', () => {
    const all = [
      verdict('pass', 'a.'),
      verdict('fail', 'b.'),
      verdict('no-data', 'c.'),
      verdict('fail', 'd.'),
    ];
    expect(combineVerdicts(all)).toMatchObject({ kind: 'fail', detail: 'b. d.' });
  });

  it('are ordered fail, unavailable, no-data, pass', () => {
    const combined = VERDICT_KINDS.map((_, index) =>
      combineVerdicts(VERDICT_KINDS.slice(index).map((kind) => verdict(kind, kind))),
    );
    expect(combined.map(({ kind }) => kind)).toEqual(['fail', 'unavailable', 'no-data', 'pass']);
  });

  it('keep all that was measured and told', () => {
    const { measurements, samples, warnings } = combineVerdicts([verdict('pass', 'a'), verdict('fail', 'b')]);
    expect(measurements.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(samples).toBe(20);
    expect(warnings).toEqual(['about a', 'about b']);
  });

  it('pass when nobody is asked, which is said', () => {
    expect(combineVerdicts([])).toMatchObject({ kind: 'pass', detail: 'Nothing is measured.' });
  });
});
