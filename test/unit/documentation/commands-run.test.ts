import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/cli/exit.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { createTerminal } from '../../../src/cli/terminal.ts';
import {
  blocksOf,
  codeSpansOf,
  consoleExchanges,
  PAGES,
  pageText,
  slackExchanges,
} from '../../support/documentation.ts';
import { DONE_BY_CI } from '../../support/reader-shell.ts';

const SUITES = readdirSync('test/real', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const READ_ONLY = ['yaml', 'json', 'ini', 'text', 'promql', 'dockerfile', 'nginx'];
const RUN_HERE = ['sh', 'console', 'slack'];
/** What stands at the beginning of a line that somebody would type. */
const TYPED =
  /^\s*(\$ |npm |npx |node |git |docker|kubectl |curl |pg_\w+ |tar |slipway |\/(deploy|rollback|canary|backup|status)\b)/m;

const blocks = PAGES.flatMap((page) => blocksOf(page));

describe('the commands in the docs', () => {
  it.each(PAGES)('of %s are all in blocks that say who runs them', (page) => {
    const unknown = blocksOf(page).filter(({ language }) => ![...RUN_HERE, ...READ_ONLY].includes(language));
    expect(unknown).toEqual([]);
    const hidden = blocksOf(page).filter(
      ({ language, text }) => READ_ONLY.includes(language) && TYPED.test(text),
    );
    expect(hidden).toEqual([]);
  });

  it('that a real suite runs are asked for by that suite', () => {
    const marked = blocks.filter(({ language, mark }) => language === 'sh' && mark !== null);
    const left = marked.filter(({ page, mark }) => !suiteAsks(mark ?? '', page));
    expect(left.map(({ page, mark }) => `${page}: sh ${mark}`)).toEqual([]);
    expect(
      blocks.filter(({ language, mark }) => ['console', 'slack'].includes(language) && mark !== null),
    ).toEqual([]);
  });

  it('say what is typed, in every block that shows what is answered', () => {
    for (const { language, text } of blocks) {
      if (language === 'console') expect(consoleExchanges(text).length, text).toBeGreaterThan(0);
      if (language === 'slack') expect(slackExchanges(text).length, text).toBeGreaterThan(0);
    }
  });

  it('that are passed over are what CI begins with', () => {
    const ci = readFileSync('.ci/run', 'utf8');
    for (const command of DONE_BY_CI)
      expect(ci).toMatch(new RegExp(`^stage '[^']+' (twice )?${command}$`, 'm'));
  });

  it('in the middle of a sentence are scripts and subcommands that there are', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'));
    const actions = {
      start: async () => EXIT.ok,
      playground: async () => EXIT.ok,
      doctor: async () => [],
      auditVerify: async () => EXIT.ok,
      auditExport: async () => EXIT.ok,
    };
    const terminal = createTerminal(process.stdout, process.stderr);
    const subcommands = createProgram(actions, { version: '0', terminal }, () => undefined).commands.map(
      (command) => command.name(),
    );
    const spans = PAGES.flatMap((page) => codeSpansOf(page));
    const run = spans.flatMap((span) =>
      [...span.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name),
    );
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
    const called = spans.flatMap((span) =>
      [...span.matchAll(/^(?:npm run slipway -- |npx slipway |slipway )(\w+)/g)].map(([, name = '']) => name),
    );
    expect(called.length).toBeGreaterThan(5);
    expect(called.filter((name) => !subcommands.includes(name))).toEqual([]);
  });
});

describe('the links in the docs', () => {
  const anchorsOf = (page: string) =>
    [...pageText(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );

  it.each(PAGES)('of %s lead to something that is there', (page) => {
    const links = [...pageText(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const local = links.filter((target) => !/^[a-z]+:/.test(target));
    const broken = local.filter((target) => {
      const [file = '', anchor = ''] = target.split('#');
      const found = file === '' ? page : path.join(path.dirname(page), file);
      if (!existsSync(found)) return true;
      return anchor !== '' && !anchorsOf(found).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe('the files that the docs name', () => {
  /** Placeholders of the checklists, as a builder fills them in. */
  const filled = (name: string) =>
    name
      .replace('commands/<name>', 'commands/deploy')
      .replace('test/real/NAME', 'test/real/hosts')
      .replace('integrations/<kind>', 'integrations/cloud-run');
  const FILE = /^(?:\.ci|commands|docs|integrations|manifests|src|test)\/[\w<>./-]+$/;

  it.each(PAGES)('of %s are there', (page) => {
    const named = codeSpansOf(page).filter((span) => FILE.test(span));
    const providers = named.map((name) => filled(name).replace('cloud-run/provider', 'cloud-sql/provider'));
    expect(providers.filter((name) => !existsSync(name))).toEqual([]);
  });

  it('are in each of the checklists', () => {
    const page = pageText('docs/architecture.md');
    for (const heading of ['Adding a command', 'Adding an integration', 'Adding a provider of backups']) {
      const [, steps = ''] = new RegExp(`## ${heading}\\n\\n((?:\\d\\. .*\\n(?: .*\\n)*)+)`).exec(page) ?? [];
      expect(steps.match(/^\d\. `[^`]+`/gm)?.length, heading).toBeGreaterThan(3);
    }
  });
});

function suiteAsks(suite: string, page: string): boolean {
  if (!SUITES.includes(suite)) return false;
  const folder = path.join('test/real', suite);
  const asked = `documentedShell('${page}', '${suite}')`;
  return readdirSync(folder).some(
    (name) => name.endsWith('.ts') && readFileSync(path.join(folder, name), 'utf8').includes(asked),
  );
}
