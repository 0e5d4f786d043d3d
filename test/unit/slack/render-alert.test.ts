import { describe, expect, it } from 'vitest';
import type { ShownGroup } from '../../../src/alerts/context.ts';
import type { Alert, AlertGroup, AlertSilence } from '../../../src/domain/alert.ts';
import type { MessageContent } from '../../../src/slack/content.ts';
import { renderAlertGroup } from '../../../src/slack/render/alert.ts';
import { en } from '../../../src/slack/words/en.ts';
import { limitsBroken, wordsOf } from './block-limits.ts';
import { operation } from './fixtures.ts';

const BEGAN = new Date('2026-11-22T03:00:00Z');
const NOW = new Date('2026-11-22T03:10:00Z');
const settings = { labels: [], service: ['service'], environment: ['environment'], severity: ['severity'] };

/** Markup, mentions and formatting, as a sender may have it anywhere. */
const HOSTILE =
  '<!channel> <!here> <@U0ANA000001> <!subteam^S0123456789> *bold* _it_ ~no~ `code` ```pre``` :tada: <https://evil.example|click> &lt; \u202eoverride\n> quoted';

function group(changes: Partial<AlertGroup> = {}): AlertGroup {
  return {
    id: 'al-1',
    source: 'alertmanager',
    groupKey: 'g',
    groupLabels: {},
    channel: '#incidents',
    openedAt: BEGAN,
    resolvedAt: null,
    acknowledgedBy: null,
    acknowledgedAt: null,
    truncated: 0,
    stormId: null,
    posted: true,
    ...changes,
  };
}

function alert(changes: Partial<Alert> = {}): Alert {
  return {
    fingerprint: 'f',
    name: 'HighErrorRate',
    state: 'firing',
    startsAt: BEGAN.toISOString(),
    endsAt: null,
    labels: { service: 'api', environment: 'production' },
    summary: null,
    description: null,
    value: null,
    links: { runbook: null, dashboard: null, source: null },
    severity: 'critical',
    service: 'api',
    environment: 'production',
    firstHeardAt: BEGAN,
    heardAt: BEGAN,
    ...changes,
  };
}

function shown(alerts: readonly Alert[], changes: Partial<ShownGroup['view']> = {}): ShownGroup {
  return {
    view: { group: group(), alerts, silences: [], ...changes },
    operations: [],
    offers: { silence: true, rollBack: [{ service: 'api', environment: 'production' }] },
    channelId: 'C1',
  };
}

function rendered(its: ShownGroup): MessageContent {
  return renderAlertGroup(its, { words: en, now: NOW, settings });
}

/** Everything that Slack reads for markup: the text, the blocks and those beside the stripe, but no plain text. */
function parsedBySlack(content: MessageContent): string {
  const plainless = (blocks: MessageContent['blocks']) =>
    wordsOf({ text: '', blocks: blocks.filter(({ type }) => type !== 'header' && type !== 'actions') });
  return [content.text, plainless(content.blocks), plainless(content.stripe?.blocks ?? [])].join('\n');
}

function broken(content: MessageContent): readonly string[] {
  const { text, stripe } = content;
  return [...limitsBroken(content), ...limitsBroken({ text, blocks: stripe?.blocks ?? [] })];
}

const silence: AlertSilence = {
  id: 's',
  by: 'U0BO0000001',
  reason: HOSTILE,
  from: BEGAN,
  until: new Date('2026-11-22T04:00:00Z'),
  endedBy: null,
};

describe('what senders write', () => {
  const hostile = alert({
    name: HOSTILE,
    summary: HOSTILE,
    description: HOSTILE,
    value: HOSTILE,
    labels: { [HOSTILE]: HOSTILE, pod: '`; DROP', team: '*', empty: '', zone: '<!channel>' },
    links: {
      runbook: 'javascript:alert(1)',
      dashboard: 'https://x.example/<!channel>|click',
      source: HOSTILE,
    },
  });
  const over = { ...hostile, state: 'resolved', endsAt: NOW.toISOString() } as const;
  const named = group({ source: HOSTILE });

  it.each([
    ['one alert', [hostile]],
    ['several, one of which is over', [hostile, { ...hostile, labels: { pod: HOSTILE } }, over]],
  ])('is text in a message of %s: it pings nobody, links nowhere and formats nothing', (_, alerts) => {
    const words = parsedBySlack(rendered(shown(alerts, { group: named, silences: [silence] })));
    expect(words).toContain('&lt;!channel&gt;');
    const markup = [...words.matchAll(/<([^>]*)>/g)].map(([, inside = '']) => inside);
    expect(markup.length).toBeGreaterThan(0);
    // Our own moments, and whoever made the silence.
    expect(markup.filter((inside) => !/^(!date\^|@U0BO0000001$)/.test(inside))).toEqual([]);
    // What stands in a code span formats nothing; outside of them no marker begins at the edge of a word.
    const outsideCode = words.replaceAll(/`[^`\n]*`/g, '');
    expect(outsideCode).not.toMatch(/`|(^|\s)(\*bold\*|_it_|~no~)|:tada:|\u202e/);
  });

  it('is cut to what Slack takes, however much of it there is', () => {
    const long = 'x'.repeat(4_000);
    const labels = Object.fromEntries(
      Array.from({ length: 256 }, (_, index) => [`label${index}${'n'.repeat(200)}`, long]),
    );
    const address = `https://x.example/${'a'.repeat(4_000)}`;
    const one = alert({
      name: long,
      summary: long,
      description: '&'.repeat(4_000),
      value: long,
      labels,
      links: { runbook: address, dashboard: address, source: 'https://prometheus.example/graph' },
    });
    const all = Array.from({ length: 500 }, (_, index) => ({
      ...one,
      labels: { ...labels, pod: `p${index}` },
    }));
    const operations = Array.from({ length: 30 }, () => operation());
    for (const alerts of [[one], all]) {
      const its = shown(alerts, { silences: Array.from({ length: 50 }, () => silence) });
      const content = rendered({ ...its, operations });
      expect(broken(content)).toEqual([]);
      // What is too long displaces nothing else.
      expect(parsedBySlack(content)).toContain('Firing since');
      expect(parsedBySlack(content)).toContain(
        'Runbook · Dashboard · <https://prometheus.example/graph|Source>',
      );
    }
  });
});

describe('a group of alerts', () => {
  it('says its severity in a word, and how it stands, beside every colour', () => {
    const states = [
      rendered(shown([alert()])),
      rendered(shown([alert()], { group: group({ acknowledgedBy: 'U0BO0000001', acknowledgedAt: NOW }) })),
      rendered(shown([alert()], { silences: [silence] })),
      rendered(
        shown([alert({ state: 'resolved', endsAt: NOW.toISOString() })], {
          group: group({ resolvedAt: NOW }),
        }),
      ),
    ];
    expect(states.map(({ text }) => text)).toEqual([
      '🔴 CRITICAL · Firing · HighErrorRate · api in production',
      '🔴 CRITICAL · Acknowledged · HighErrorRate · api in production',
      '🔴 CRITICAL · Silenced · HighErrorRate · api in production',
      '✅ CRITICAL · Resolved · HighErrorRate · api in production',
    ]);
    expect(wordsOf(states[3] ?? { text: '', blocks: [] })).toContain('for 10 min');
  });

  it('has beside each alert what tells it apart, and what is over is struck', () => {
    const pods = ['a', 'b'].map((pod) => alert({ labels: { service: 'api', pod } }));
    const [first = alert(), second = alert()] = pods;
    const content = rendered(shown([first, { ...second, state: 'resolved', endsAt: NOW.toISOString() }]));
    const table = wordsOf({ text: '', blocks: content.stripe?.blocks ?? [] });
    expect(table).toContain('1 firing, 1 resolved');
    expect(table).toMatch(/🔴 `pod=a` ·/);
    expect(table).toMatch(/✅ ~pod=b~ ·/);
  });

  it('that its sender tells only the end of was there from when it was heard of', () => {
    const over = alert({ state: 'resolved', startsAt: NOW.toISOString(), endsAt: NOW.toISOString() });
    expect(wordsOf(rendered(shown([over], { group: group({ resolvedAt: NOW }) })))).toContain('for 10 min');
  });
});
