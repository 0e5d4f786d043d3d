import { parse } from 'yaml';
import { z } from 'zod';

const input = z
  .object({
    required: z.boolean().optional(),
    default: z.unknown().optional(),
    type: z.string().optional(),
    options: z.array(z.unknown()).optional(),
  })
  .nullable();

const dispatchable = z.object({
  'run-name': z.string().optional(),
  on: z.object({ workflow_dispatch: z.object({ inputs: z.record(z.string(), input).nullish() }).nullish() }),
});

/** GitHub takes no more inputs. */
const MOST_INPUTS = 25;

/**
 * What is wrong with a workflow for these inputs, one sentence for whoever can mend it; null if it can be run
 * with them and its run be found by the correlating one.
 */
export function wrongWith(
  text: string,
  wanted: { readonly inputs: Readonly<Record<string, string>>; readonly correlation: string },
): string | null {
  const read = readYaml(text);
  if (read === null) return 'It cannot be run by hand: it has no “on: workflow_dispatch” with inputs.';
  const { inputs, runName } = read;
  const names = Object.keys(wanted.inputs);
  const unknown = names.find((name) => !Object.hasOwn(inputs, name));
  if (unknown === wanted.correlation) {
    return `It needs an input “${wanted.correlation}” and “run-name: … \${{ inputs.${wanted.correlation} }}”, by which its run is found.`;
  }
  if (unknown !== undefined)
    return `It has no input “${unknown}”; it has ${Object.keys(inputs).join(', ') || 'none'}.`;
  const shows = new RegExp(`\\$\\{\\{\\s*(github\\.event\\.)?inputs\\.${wanted.correlation}\\s*\\}\\}`);
  if (!shows.test(runName)) {
    return `Its run-name must show \${{ inputs.${wanted.correlation} }}: without it, its run could not be found again.`;
  }
  if (names.length > MOST_INPUTS) return `GitHub takes at most ${MOST_INPUTS} inputs.`;
  return wrongValue(inputs, wanted.inputs);
}

function wrongValue(
  inputs: Readonly<Record<string, z.output<typeof input>>>,
  values: Readonly<Record<string, string>>,
): string | null {
  for (const [name, declared] of Object.entries(inputs)) {
    const value = values[name];
    const { required = false, default: fallback, type = 'string', options = [] } = declared ?? {};
    if (value === undefined && required && fallback === undefined) return `Its input “${name}” is required.`;
    if (value === undefined) continue;
    if (type === 'choice' && !options.map(String).includes(value)) {
      return `Its input “${name}” may be ${options.map(String).join(', ')}, not “${value}”.`;
    }
    if (type === 'boolean' && value !== 'true' && value !== 'false') {
      return `Its input “${name}” is true or false, not “${value}”.`;
    }
  }
  return null;
}

function readYaml(text: string) {
  try {
    const parsed = dispatchable.safeParse(parse(text));
    const inputs = parsed.data?.on.workflow_dispatch?.inputs;
    return inputs == null ? null : { inputs, runName: parsed.data?.['run-name'] ?? '' };
  } catch {
    return null;
  }
}
