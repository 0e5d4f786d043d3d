import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { createMetrics } from '../../../src/http/metrics.ts';
import { codeSpansOf, pageText } from '../../support/documentation.ts';

const PAGE = 'docs/operating.md';
const rulesSchema = z.object({
  groups: z.array(
    z.object({ rules: z.array(z.object({ alert: z.string(), labels: z.object({ severity: z.string() }) })) }),
  ),
});

/** The cells of the tables' rows whose first cell is code. */
function rows(): readonly (readonly string[])[] {
  return [...pageText(PAGE).matchAll(/^\| `(.*) \|$/gm)].map(([, row = '']) =>
    row.replace('`', '').split(' | '),
  );
}

describe('docs/operating.md', () => {
  it('names every metric of the bot, with its kind and its labels, and no other', async () => {
    const metrics = createMetrics({ services: {} });
    metrics.ended({
      kind: 'deploy',
      target: { service: 'api', environment: 'staging' },
      state: 'succeeded',
      seconds: 1,
    });
    metrics.slackCalled({ method: 'm', result: 'done' });
    metrics.slackLimited({ method: 'm', seconds: 1 });
    metrics.webhookAnswered({ webhook: 'w', status: 200 });
    const { text } = await metrics.expose();
    const registered = [...text.matchAll(/^# TYPE (slipway_\w+) (\w+)$/gm)].map(
      ([, name = '', kind = '']) => {
        const [, labels = ''] = new RegExp(`^${name}(?:_count)?\\{(.*)\\} `, 'm').exec(text) ?? [];
        const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => `\`${label}\``);
        return [name, kind, names.join(', ')];
      },
    );
    const told = rows()
      .filter(([name = '']) => name.startsWith('slipway_'))
      .map(([name = '', kind = '', labels = '']) => [name, kind, labels.replace('–', '')]);
    expect(registered).toHaveLength(6);
    expect(told).toEqual(registered);
    const own = codeSpansOf(PAGE).filter((span) => /^process_\w+[a-z]$/.test(span));
    expect(own.filter((name) => !text.includes(`# TYPE ${name} `))).toEqual([]);
  });

  it('says what to do about every alert on the bot, as severe as its rule', () => {
    const { groups } = rulesSchema.parse(
      parse(readFileSync('manifests/prometheus/rules/slipway.yml', 'utf8')),
    );
    const rules = groups.flatMap((group) => group.rules).map(({ alert, labels }) => [alert, labels.severity]);
    const told = rows()
      .filter(([name = '']) => /^Slipway[A-Z]/.test(name))
      .map(([name = '', severity = '']) => [name, severity]);
    expect(told).toEqual(rules);
  });
});
