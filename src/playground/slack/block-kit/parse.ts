import { z } from 'zod';
import type { Payload } from '../entities.ts';
import { newPartId } from '../ids.ts';
import { type Refusal, refuseWith } from '../refusal.ts';
import { messageBlock, viewBlock } from './blocks.ts';
import { plainText } from './composition.ts';
import { describeProblems, problem } from './problems.ts';

const messageBlocks = z.array(messageBlock).max(50);

const viewParts = {
  blocks: z.array(viewBlock).min(1).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
};

const modal = z
  .strictObject({
    type: z.literal('modal'),
    ...viewParts,
    title: plainText(24),
    close: plainText(24).optional(),
    submit: plainText(24).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
    submit_disabled: z.boolean().optional(),
  })
  .refine(({ blocks, submit }) => submit !== undefined || !blocks.some(({ type }) => type === 'input'), {
    path: ['submit'],
    message: 'submit is required when the view has input blocks',
  });

const viewSchema = z.discriminatedUnion('type', [
  modal,
  z.strictObject({ type: z.literal('home'), ...viewParts }),
]);

/** A modal or Home tab as an app describes it, checked. */
export type ViewDescription = z.infer<typeof viewSchema>;

/** Checks the blocks of a message as Slack does and gives an ID to every part that has none. */
export function parseMessageBlocks(raw: unknown, root = '/blocks'): readonly Payload[] | Refusal {
  const error = root === '/blocks' ? 'invalid_blocks' : 'invalid_attachments';
  const parsed = messageBlocks.safeParse(raw);
  if (!parsed.success) return refuseWith(error, describeProblems(parsed.error, raw, root));
  const problems = [...duplicates(parsed.data, root), ...excess(parsed.data, root)];
  return problems.length > 0 ? refuseWith(error, problems) : parsed.data.map(withIds);
}

/** Checks a view as Slack does. Its problems are `invalid_arguments` with pointers below `/view`. */
export function parseView(raw: unknown): ViewDescription | Refusal {
  const parsed = viewSchema.safeParse(raw);
  if (!parsed.success) return refuseWith('invalid_arguments', describeProblems(parsed.error, raw, '/view'));
  const problems = duplicates(parsed.data.blocks, '/view/blocks');
  return problems.length > 0 ? refuseWith('invalid_arguments', problems) : parsed.data;
}

/** The block as it is kept: with a `block_id`, and an `action_id` on everything that can be acted on. */
export function withIds(block: Payload): Payload {
  const named = { ...block, block_id: block.block_id ?? newPartId() };
  if (block.type === 'actions' && Array.isArray(block.elements))
    return { ...named, elements: block.elements.map(withActionId) };
  if (block.type === 'section' && block.accessory !== undefined)
    return { ...named, accessory: withActionId(block.accessory) };
  return block.type === 'input' ? { ...named, element: withActionId(block.element) } : named;
}

function withActionId(element: unknown): unknown {
  if (typeof element !== 'object' || element === null || 'action_id' in element) return element;
  return 'type' in element && element.type === 'image' ? element : { ...element, action_id: newPartId() };
}

interface Identified {
  readonly type: string;
  readonly block_id?: string | undefined;
  readonly elements?: readonly unknown[];
}

function duplicates(blocks: readonly Identified[], root: string): readonly string[] {
  const ids = blocks.map(({ block_id }) => block_id);
  const problems = ids.flatMap((id, index) => {
    if (id === undefined || ids.indexOf(id) === index) return [];
    return [problem(`block_id "${id}" already exists`, root, [index, 'block_id'])];
  });
  return [...problems, ...blocks.flatMap((block, index) => duplicateActions(block, root, index))];
}

function duplicateActions(block: Identified, root: string, index: number): readonly string[] {
  if (block.type !== 'actions') return [];
  const actionIds = z.array(z.object({ action_id: z.string().optional() })).parse(block.elements);
  return actionIds.flatMap(({ action_id }, at) => {
    const first = actionIds.findIndex((other) => other.action_id === action_id);
    if (action_id === undefined || first === at) return [];
    const what = `action_id "${action_id}" already exists for block_id "${block.block_id ?? ''}"`;
    return [problem(what, root, [index, 'elements', at, 'action_id'])];
  });
}

/** Limits on a message as a whole. */
function excess(blocks: readonly z.infer<typeof messageBlock>[], root: string): readonly string[] {
  const tables = blocks.filter(({ type }) => type === 'table').length;
  const markdown = blocks.reduce(
    (sum, block) => sum + (block.type === 'markdown' ? block.text.length : 0),
    0,
  );
  return [
    ...(tables > 1 ? [problem('only one table allowed', root, [])] : []),
    ...(markdown > 12_000 ? [problem('markdown must be less than 12001 characters', root, [])] : []),
  ];
}
