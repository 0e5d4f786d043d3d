/** @module What a modal remembers and does while it is filled in; modal.ts draws it. */
import { useMemo, useState } from 'preact/hooks';
import type { InputBlock } from '../blocks/block.ts';
import type { BlockHost } from '../blocks/host.ts';
import type { Json } from '../json.ts';
import type { FieldErrors } from '../session.ts';
import { useSession } from '../session-context.ts';
import { initialValues, missingInputs, setValue, type Values } from './values.ts';
import type { View } from './view.ts';

export interface Form {
  readonly values: Values;
  /** By block; '' holds what concerns the whole form. */
  readonly errors: FieldErrors;
  readonly isBusy: boolean;
  readonly host: BlockHost;
  readonly change: (block: InputBlock, value: Json) => void;
  readonly submit: (event: Event) => Promise<void>;
  readonly close: (event: Event) => void;
}

/** What was entered outlives an update of the view, as in Slack. */
export function useForm(view: View): Form {
  const session = useSession();
  const [entered, setEntered] = useState<Values>({});
  const [errors, setErrors] = useState<FieldErrors>({});
  const [isBusy, setBusy] = useState(false);
  const values = { ...initialValues(view.blocks), ...entered };
  const keep = (block: string, action: string, value: Json): void =>
    setEntered((all) => setValue(all, { block, action, value }));
  const host = useViewHost(view.id, keep);
  return {
    values,
    errors,
    isBusy,
    host,
    change: ({ id, dispatch, element }, value) => {
      keep(id, element.actionId, value);
      if (!dispatch || element.kind === 'text_input') return;
      void host.act({ ...value, block_id: id, action_id: element.actionId });
    },
    submit: async (event) => {
      event.preventDefault();
      const missing = missingInputs(view.blocks, values);
      setErrors(missing);
      if (isBusy || Object.keys(missing).length > 0) return;
      setBusy(true);
      setErrors(await session.submitView(view.id, values));
      setBusy(false);
    },
    close: (event) => {
      event.preventDefault();
      session.closeView(view);
    },
  };
}

/** What elements outside inputs choose counts as the view's state, too. */
function useViewHost(viewId: string, keep: (block: string, action: string, value: Json) => void): BlockHost {
  const session = useSession();
  return useMemo(() => {
    const origin = { view_id: viewId };
    return {
      act: async (action) => {
        const { block_id, action_id, ...value } = action;
        if (value.type !== 'button' && value.type !== 'overflow') keep(block_id, action_id, value);
        await session.act(origin, action);
      },
      suggest: (block_id, action_id, value) => session.suggest(origin, { block_id, action_id, value }),
    };
  }, [viewId]);
}
