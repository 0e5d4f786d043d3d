import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { Marked } from '../../../../integrations/ssh/marked.ts';

async function passed(chunks: readonly string[]) {
  const marked = new Marked('mark');
  for (const chunk of chunks) marked.write(chunk);
  marked.end();
  return { word: marked.word, rest: await text(marked) };
}

describe('what a login prints before a command', () => {
  it('is taken away up to the marker', async () => {
    expect(await passed(['Welcome!\nmark ready\nhello\n'])).toEqual({ word: 'ready', rest: 'hello\n' });
  });

  it('is taken away however it is cut', async () => {
    const letters = [...'Welcome!\nmark ready\nmark again\n'];
    expect(await passed(letters)).toEqual({ word: 'ready', rest: 'mark again\n' });
  });

  it('is all there is where the command never began', async () => {
    expect(await passed(['This account is not available.\n'])).toEqual({ word: null, rest: '' });
  });

  it('does not fill the memory', async () => {
    const endless = Array.from({ length: 20 }, () => 'x'.repeat(100_000));
    await expect(passed(endless)).rejects.toThrow(/does not stop/);
  });
});
