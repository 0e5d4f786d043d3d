import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVariable, setVariable } from '../../../../integrations/compose/env-file.ts';

describe('an environment file', () => {
  it.each([
    ['a plain line', 'A=1\nIMAGE_TAG=v1\n', 'v1'],
    ['the last of several', 'IMAGE_TAG=v1\nIMAGE_TAG=v2\n', 'v2'],
    ['quotes', 'IMAGE_TAG="v1"\n', 'v1'],
    ['an export', 'export IMAGE_TAG=v1', 'v1'],
    ['a comment behind it', 'IMAGE_TAG=v1 # now\n', 'v1'],
    ['a comment in front of it', '# IMAGE_TAG=v1\n', null],
    ['a longer name', 'MY_IMAGE_TAG=v1\nIMAGE_TAGS=v2\n', null],
    ['nothing', '', null],
  ])('is read with %s', (_, text, value) => {
    expect(readVariable(text, 'IMAGE_TAG')).toBe(value);
  });

  it('keeps every other line as it is', () => {
    const text = '# shop\nIMAGE_TAG=v1\nDB_PASSWORD="a b#c"\r\n\nIMAGE_TAG=v2\n# end';
    expect(setVariable(text, 'IMAGE_TAG', 'v3')).toBe('# shop\nDB_PASSWORD="a b#c"\r\n\nIMAGE_TAG=v3\n# end');
  });

  it('gets a line of its own where there was none', () => {
    expect(setVariable('A=1', 'IMAGE_TAG', 'v1')).toBe('A=1\nIMAGE_TAG=v1\n');
    expect(setVariable('', 'IMAGE_TAG', 'v1')).toBe('IMAGE_TAG=v1\n');
  });

  it('loses the line again', () => {
    expect(setVariable('A=1\nIMAGE_TAG=v1\n', 'IMAGE_TAG', null)).toBe('A=1\n');
  });

  it('says what was written to it, whatever else is in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.stringMatching(/^\w[\w.-]{0,20}$/), (text, value) => {
        const written = setVariable(text, 'IMAGE_TAG', value);
        expect(readVariable(written, 'IMAGE_TAG')).toBe(value);
      }),
    );
  });
});
