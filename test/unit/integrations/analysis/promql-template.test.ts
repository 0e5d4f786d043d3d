import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillTemplate,
  templateProblem,
  usesVariable,
} from '../../../../integrations/analysis/promql-template.ts';

const values = { service: 'api', canary: 'api-00002-new', baseline: 'api-00001-one', window: 90_000 };

function fill(query: string, changed: Partial<typeof values> = {}): string {
  expect(templateProblem(query)).toBeNull();
  return fillTemplate(query, { ...values, ...changed });
}

describe('filling in', () => {
  it('puts names into quotes and the window into brackets', () => {
    expect(fill(`rate(x{service="$service",revision='$canary',other="$baseline"}[$window])`)).toBe(
      `rate(x{service="api",revision='api-00002-new',other="api-00001-one"}[90s])`,
    );
  });

  it('escapes whatever would end the string', () => {
    const canary = 'a"b\'c\\d\ne';
    expect(fill('x{a="$canary"}', { canary })).toBe(String.raw`x{a="a\"b'c\\d\x0ae"}`);
    expect(fill("x{a='$canary'}", { canary })).toBe(String.raw`x{a='a"b\'c\\d\x0ae'}`);
  });

  it('takes a name by its letters where a regular expression is matched', () => {
    expect(fill('x{a=~"$canary.*",b!~ "$service",c="$canary"}', { canary: 'v1.2', service: 'a|b' })).toBe(
      String.raw`x{a=~"v1\\.2.*",b!~ "a\\|b",c="v1.2"}`,
    );
  });

  it('leaves dollars alone that are none of its own', () => {
    const query = 'label_replace(x{a=~"^b$"}, "c", "$1", "d", "(.*)$") # $nothing';
    expect(fill(query)).toBe(query);
  });

  it('never lets a value out of its string', () => {
    const property = fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', "'"),
      (canary, quote) => {
        const filled = fill(`x{a=${quote}$canary${quote}}`, { canary });
        const inside = filled.slice(5, -2);
        const rest = inside.replace(/\\(?:[\\"']|x[0-9a-f]{2})/g, '');
        expect(rest.includes(quote) || rest.includes('\\') || rest.includes('\n')).toBe(false);
      },
    );
    fc.assert(property);
  });
});

describe('a query is refused', () => {
  it.each([
    [
      'x{a="$servce"}',
      'only $service, $canary, $baseline, $window (did you mean $service?); there is no $servce',
    ],
    ['rate(x[$__rate_interval])', 'only $service, $canary, $baseline, $window; there is no $__rate_interval'],
    ['x{a="$canary_total"}', /there is no \$canary_total/],
    [`x{a="$\{canary}"}`, '$canary without braces'],
    ['x{a=$canary}', '$canary inside double or single quotes, as in revision="$canary"'],
    ['x{a=`$canary`}', '$canary inside double or single quotes, as in revision="$canary"'],
    ['x{a="$window"}', '$window outside of quotes, as in [$window]'],
    ['x{a="b}', 'PromQL in which every " is closed'],
    ['x{a=`b}', 'PromQL in which every ` is closed'],
  ])('%s', (query, problem) => {
    expect(templateProblem(query)).toMatch(problem);
  });
});

it('knows which variables a query uses, and that comments use none', () => {
  const query = 'x{a="$canary"} # "$baseline"';
  expect(usesVariable(query, 'canary')).toBe(true);
  expect(usesVariable(query, 'baseline')).toBe(false);
});
