import { problemAt, valueText } from '../problem.ts';
import { type Check, unknownName } from './check.ts';

/** A freeze is of environments that exist and ends after it begins. */
export const checkFreezes: Check = (checked) =>
  checked.config.freezes.flatMap(({ environments, from, to }, index) => {
    const path = ['freezes', index];
    const unknown = environments.flatMap((environment, position) =>
      unknownName(environment, [...path, 'environments', position], { under: 'environments', checked }),
    );
    if (Date.parse(to) > Date.parse(from)) return unknown;
    const more = { found: valueText(to), allowed: `a time after ${from}` };
    return [...unknown, problemAt([...path, 'to'], 'this freeze ends before it begins', more)];
  });
