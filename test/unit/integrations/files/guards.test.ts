import { expect, test } from 'vitest';
import type { Release, ReleaseFile } from '../../../../integrations/files/archive/archive.ts';
import type { GuardConfig } from '../../../../integrations/files/config.ts';
import { brokenGuards, describeGuard } from '../../../../integrations/files/guards.ts';

function releaseOf(contents: Readonly<Record<string, string>>): Release {
  const files = Object.keys(contents).map((path): readonly [string, ReleaseFile] => [
    path,
    { path, sha256: '', size: 0, executable: false },
  ]);
  const byPath = new Map(files);
  return {
    files: byPath,
    digest: `sha256:${'0'.repeat(64)}`,
    async *contents(wanted) {
      for (const [path, text] of Object.entries(contents)) {
        const file = byPath.get(path);
        if (wanted.has(path) && file !== undefined) yield { file, content: pieces(text) };
      }
    },
  };
}

async function* pieces(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

const release = releaseOf({
  'app.py': 'from flask import Flask\napp.register_blueprint(bp)\n',
  'routes/checkin.py': '@bp.route\nlingzhi_earned\n',
  'routes/agent.py': '@bp.route\n',
  'ok.json': '{"a": 1}',
  'bad.json': '{"a": }',
  'bad.yaml': 'a: [1\nb: 2',
});

test.each<[GuardConfig, readonly RegExp[]]>([
  [{ file: 'app.py' }, []],
  [{ file: 'wsgi.py' }, [/^There is no wsgi.py\.$/]],
  [{ file: 'app.py', contains: ['from flask import Flask', 'register_blueprint'] }, []],
  [{ file: 'app.py', contains: 'CORS' }, [/^app.py does not contain “CORS”\.$/]],
  [{ file: 'routes/*.py', contains: '@bp.route' }, []],
  [{ file: 'routes/*.py', contains: 'lingzhi_earned' }, [/^routes\/agent.py does not contain/]],
  [{ file: 'views/*.py' }, [/There is no views/]],
  [{ file: 'ok.json', parses: 'json' }, []],
  [{ file: 'bad.json', parses: 'json' }, [/^bad.json is no JSON: /]],
  [{ file: 'bad.yaml', parses: 'yaml' }, [/^bad.yaml is no YAML: /]],
])('%j', async (guard, broken) => {
  const found = await brokenGuards(release, [guard]);
  expect(found).toHaveLength(broken.length);
  for (const [index, sentence] of broken.entries()) expect(found[index]).toMatch(sentence);
});

test('says what a guard wants', () => {
  expect(describeGuard({ file: 'app.py', contains: ['a', 'b'] })).toBe('app.py contains “a”, “b”');
  expect(describeGuard({ file: 'a.json', parses: 'json' })).toBe('a.json is JSON');
  expect(describeGuard({ run: ['python3', '-m', 'py_compile', 'app.py'], timeout: 1 })).toBe(
    'python3 -m py_compile app.py',
  );
});
