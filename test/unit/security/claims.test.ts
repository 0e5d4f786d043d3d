import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync('docs/security.md', 'utf8');
const named = [...page.matchAll(/\[`(test\/[^`]+)`: ([^\n]+)\]$/gm)].map(([, file = '', words = '']) => ({
  file,
  words,
}));
const claims = page
  .split(/^## /m)
  .filter((part) => !/^(Who could do harm|Left as it is|Dependencies)/.test(part))
  .flatMap((part) => part.split(/^- /m).slice(1));

describe('docs/security.md', () => {
  it('names many tests', () => {
    expect(named.length).toBeGreaterThan(50);
  });

  it.each(named)('names a test that exists: $file, $words', ({ file, words }) => {
    expect(existsSync(file)).toBe(true);
    const source = readFileSync(file, 'utf8');
    expect(["'", '"', '`'].some((quote) => source.includes(`${quote}${words}${quote}`))).toBe(true);
  });

  it.each(claims)('has a test for each claim: %s', (claim) => {
    expect(claim).toMatch(/\[`test\/[^`]+`: /);
  });
});
