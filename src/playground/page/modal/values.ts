/** @module The values of a view's inputs, as views.submit sends them: by block, then by action. Pure. */
import type { Block } from '../blocks/block.ts';
import { initialValue, isEmptyValue } from '../blocks/value.ts';
import type { Json } from '../json.ts';

export type Values = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** What the inputs hold before anybody touched them. */
export function initialValues(blocks: readonly Block[]): Values {
  const entries = blocks.flatMap((block) => {
    const value = block.kind === 'input' ? initialValue(block.element) : undefined;
    return block.kind === 'input' && value !== undefined
      ? [[block.id, { [block.element.actionId]: value }] as const]
      : [];
  });
  return Object.fromEntries(entries);
}

export function setValue(
  values: Values,
  { block, action, value }: { readonly block: string; readonly action: string; readonly value: Json },
): Values {
  return { ...values, [block]: { ...values[block], [action]: value } };
}

/** Inputs that are neither optional nor filled, with what to tell the person. */
export function missingInputs(blocks: readonly Block[], values: Values): Readonly<Record<string, string>> {
  const missing = blocks.flatMap((block) => {
    if (block.kind !== 'input' || block.optional) return [];
    const value = values[block.id]?.[block.element.actionId];
    return value === undefined || isEmptyValue(value)
      ? [[block.id, 'Please complete this field.'] as const]
      : [];
  });
  return Object.fromEntries(missing);
}
