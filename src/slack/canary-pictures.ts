import type { CanaryLook, CanaryMove } from '../domain/canary.ts';
import type { OperationView } from '../domain/operation.ts';
import type { CanaryPictures } from '../operations/context.ts';
import type { CanaryPicture, CanarySample } from '../picture/canary-picture.ts';
import { renderCanaryPicture } from '../picture/render.ts';
import { readLooks } from '../store/canaries.ts';
import type { Database } from '../store/database.ts';
import { putPicture } from '../store/pictures.ts';
import { PRIORITY } from '../store/publications.ts';
import type { MessageContent } from './content.ts';
import { operationKey } from './messages.ts';
import type { Words } from './words/words.ts';

/** More looks than this are not drawn: the oldest are left out. */
const LOOKS_DRAWN = 2_000;

/** Draws canaries and puts the pictures into their threads, once for each key. */
export function createCanaryPictures(database: Database, words: Words): CanaryPictures {
  return {
    show: async ({ view, key, end }) => {
      const { id, channelId } = view.operation;
      const looks = await readLooks(database, id, LOOKS_DRAWN);
      const title = titleOf(view, words);
      const { png, alt } = await renderCanaryPicture(pictureOf({ view, looks, title, end }));
      await putPicture<MessageContent>(database, {
        key: `${operationKey(id)}/picture/${key}`,
        channelId,
        thread: { kind: 'publication', key: operationKey(id) },
        priority: PRIORITY.thread,
        content: { text: title, blocks: [] },
        picture: { filename: `canary-${id}.png`, title, alt, png },
      });
    },
  };
}

function titleOf({ operation: { plan } }: OperationView, words: Words): string {
  return `${words.operation.title({ ...plan, kind: 'canary' })} · ${plan.to.version ?? ''}`;
}

/** A canary's records as the picture wants them. */
export function pictureOf(parts: {
  readonly view: OperationView;
  readonly looks: readonly CanaryLook[];
  readonly title: string;
  readonly end: { readonly at: Date; readonly word: string } | null;
}): CanaryPicture {
  const { view, looks, title, end } = parts;
  return {
    title,
    samples: looks.map(sampleOf),
    steps: (view.canary?.moves ?? []).map(({ at, percent }: CanaryMove) => ({ at: at.getTime(), percent })),
    thresholds: { errorRate: limitOf(looks, ERROR_RATE), p95: limitOf(looks, P95) },
    end: end === null ? null : { at: end.at.getTime(), word: end.word },
  };
}

/** The names by which the probe measures, and Prometheus queries that are to be drawn. */
const ERROR_RATE = 'error rate';
const P95 = 'p95';

function sampleOf({ at, verdict }: CanaryLook): CanarySample {
  const measured = (name: string) => verdict.measurements.find((one) => one.name === name);
  return {
    at: at.getTime(),
    canaryErrorRate: measured(ERROR_RATE)?.canary ?? null,
    baselineErrorRate: measured(ERROR_RATE)?.baseline ?? null,
    canaryP95: measured(P95)?.canary ?? null,
    baselineP95: measured(P95)?.baseline ?? null,
  };
}

function limitOf(looks: readonly CanaryLook[], name: string): number | null {
  const limits = looks.flatMap(({ verdict }) => verdict.measurements.filter((one) => one.name === name));
  return limits.findLast(({ limit }) => limit !== null)?.limit ?? null;
}
