import { z } from 'zod';
import { type KubernetesApi, orNull, parseAnswer, type Selection } from './client.ts';
import { classifyAnswer } from './errors.ts';
import { type Place, pathOf } from './resources.ts';

/** From so many questions about one collection at the same moment on, it is listed once as a whole. */
const WORTHWHILE = 4;

interface Question {
  readonly place: Place;
  readonly selection: Selection;
  readonly answer: (objects: readonly unknown[]) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * The same API for whoever reads many targets at once, as `/status` does: objects and selections of one collection
 * that are asked for at the same moment, without a signal of their own, are answered from one list of the whole.
 */
export function batchReads(api: KubernetesApi): KubernetesApi {
  const waiting = new Map<string, Question[]>();
  const flush = (key: string) => {
    const questions = waiting.get(key) ?? [];
    waiting.delete(key);
    if (questions.length < WORTHWHILE) for (const question of questions) void askOne(api, question);
    else void askAll(api, questions);
  };
  const ask = (place: Place, selection: Selection) =>
    new Promise<readonly unknown[]>((answer, fail) => {
      const key = `${pathOf({ ...place, name: null })} ${selection.fieldSelector ?? ''}`;
      const questions = waiting.get(key) ?? [];
      if (questions.length === 0) setImmediate(flush, key);
      questions.push({ place, selection, answer, fail });
      waiting.set(key, questions);
    });
  return {
    ...api,
    async read(place, schema, signal) {
      if (signal !== undefined) return api.read(place, schema, signal);
      const [found] = await ask(place, {});
      return parseAnswer(found, schema, place);
    },
    async find(place, schema, signal) {
      if (signal !== undefined) return api.find(place, schema, signal);
      return orNull(async () => {
        const [found] = await ask(place, {});
        return parseAnswer(found, schema, place);
      });
    },
    async list(place, schema, selection = {}, signal) {
      if (signal !== undefined || labelsOf(selection) === null) {
        return api.list(place, schema, selection, signal);
      }
      return (await ask(place, selection)).map((found) => parseAnswer(found, schema, place));
    },
  };
}

async function askOne(api: KubernetesApi, { place, selection, answer, fail }: Question): Promise<void> {
  const asked =
    place.name === null
      ? api.list(place, z.unknown(), selection)
      : api.read(place, z.unknown()).then((found) => [found]);
  await asked.then(answer, fail);
}

const labelled = z.object({
  metadata: z.object({ name: z.string().default(''), labels: z.record(z.string(), z.string()).nullish() }),
});

async function askAll(api: KubernetesApi, questions: readonly Question[]): Promise<void> {
  const [first] = questions;
  if (first === undefined) return;
  const { fieldSelector } = first.selection;
  const whole = { ...first.place, name: null };
  try {
    const found = await api.list(whole, z.unknown(), fieldSelector === undefined ? {} : { fieldSelector });
    const known = found.map((object) => ({ object, ...parseAnswer(object, labelled, whole).metadata }));
    const byName = new Map(known.map((one) => [one.name, one.object]));
    for (const question of questions) {
      const { name } = question.place;
      if (name === null) question.answer(selected(known, question.selection));
      else if (byName.has(name)) question.answer([byName.get(name)]);
      else question.fail(missing(question.place));
    }
  } catch (error) {
    for (const question of questions) question.fail(error);
  }
}

function selected(
  known: readonly {
    readonly object: unknown;
    readonly labels?: Readonly<Record<string, string>> | null | undefined;
  }[],
  selection: Selection,
): readonly unknown[] {
  const wanted = Object.entries(labelsOf(selection) ?? {});
  return known
    .filter(({ labels }) => wanted.every(([key, value]) => labels?.[key] === value))
    .map(({ object }) => object);
}

/** The labels of a selector that asks for nothing but equality; null for any other. */
function labelsOf({ labelSelector = '' }: Selection): Readonly<Record<string, string>> | null {
  const parts = labelSelector.split(',').filter((part) => part !== '');
  if (!parts.every((part) => /^[^\s=!()]+=[^\s=!()]*$/.test(part))) return null;
  return Object.fromEntries(parts.map((part) => part.split('=')));
}

function missing(place: Place) {
  const message = `${place.resource.plural} "${place.name}" not found`;
  return classifyAnswer(404, JSON.stringify({ message }), { verb: 'get', place });
}
