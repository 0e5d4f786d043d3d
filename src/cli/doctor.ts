import type { Finding } from '../../integrations/target.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** Something that only a person can check: what to look at, and where. */
export interface Note {
  readonly subject: string;
  readonly note: string;
}

/** One part of what the doctor looks at. It is told as soon as it and the parts before it are known. */
export interface DoctorCheck {
  /** What is being looked at, for a check that gives no answer: `Cloud Run service api`. */
  readonly subject: string;
  run(): Promise<readonly (Finding | Note)[]>;
}

/** Looks at everything at once and tells it in order, a line each; what is wrong comes with its remedy. */
export async function examine(checks: readonly DoctorCheck[], terminal: Terminal): Promise<ExitCode> {
  let wrong = 0;
  let right = 0;
  for (const pending of checks.map(outcome)) {
    const lines = await pending;
    for (const line of lines) terminal.say(describe(line, terminal));
    const findings = lines.filter((line) => 'ok' in line);
    right += findings.filter(({ ok }) => ok).length;
    wrong += findings.filter(({ ok }) => !ok).length;
  }
  terminal.say('');
  terminal.say(`${right} of ${right + wrong} checks passed.`);
  return wrong === 0 ? EXIT.ok : EXIT.problems;
}

/** A check that throws has found something wrong, if only with itself. */
async function outcome(check: DoctorCheck): Promise<readonly (Finding | Note)[]> {
  try {
    return await check.run();
  } catch (error) {
    const detail = `could not be checked: ${error instanceof Error ? error.message : String(error)}`;
    return [{ subject: check.subject, ok: false, detail, remedy: null }];
  }
}

function describe(line: Finding | Note, terminal: Terminal): string {
  if ('note' in line) return `${terminal.paint('yellow', '–')} ${line.subject}  ${line.note}`;
  if (line.ok)
    return `${terminal.paint('green', '✓')} ${line.subject}  ${terminal.paint('dim', line.detail)}`;
  const remedy = line.remedy === null ? '' : `\n  → ${line.remedy}`;
  return `${terminal.paint('red', '✗')} ${terminal.paint('bold', line.subject)}  ${line.detail}${remedy}`;
}
