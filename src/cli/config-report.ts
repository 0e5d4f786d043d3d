import type { ConfigProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { SettingsProblem } from '../config/variables.ts';
import type { TargetRef } from '../domain/target.ts';
import { approvalRule } from '../policy/approvals.ts';
import type { Terminal } from './terminal.ts';

/** More problems than this are counted, not listed. */
const MOST_LISTED = 50;

/** Says everything that is wrong with a config file. */
export function reportProblems(file: string, problems: readonly ConfigProblem[], terminal: Terminal): void {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  terminal.say(`${terminal.paint('red', '✗')} ${file} has ${count}:`);
  for (const problem of problems.slice(0, MOST_LISTED)) {
    const { path, line, column } = problem;
    const place = line === null ? file : `${file}:${line}:${column}`;
    terminal.say('');
    terminal.say(
      path === '' ? `  ${place}` : `  ${terminal.paint('bold', path)}  ${terminal.paint('dim', place)}`,
    );
    for (const sentence of sentences(problem)) terminal.say(`    ${sentence}`);
  }
  if (problems.length > MOST_LISTED) terminal.say(`\n  … and ${problems.length - MOST_LISTED} more`);
}

/** Says everything that is wrong with the environment. */
export function reportSettings(problems: readonly SettingsProblem[], terminal: Terminal): void {
  for (const { variable, message } of problems) {
    terminal.complain(`${terminal.paint('red', '✗')} ${terminal.paint('bold', variable)} ${message}`);
  }
}

/** Says what a valid config makes possible: each service, where it runs, and who is asked. */
export function reportConfig(file: string, config: Config, terminal: Terminal): void {
  terminal.say(`${terminal.paint('green', '✓')} ${file} is valid.`);
  for (const [service, { environments }] of Object.entries(config.services)) {
    terminal.say('');
    terminal.say(`  ${terminal.paint('bold', service)}`);
    const width = Math.max(...Object.keys(environments).map(({ length }) => length));
    for (const environment of Object.keys(environments)) {
      terminal.say(
        `    ${environment.padEnd(width)}  ${terminal.paint('dim', rules({ service, environment }, config))}`,
      );
    }
  }
}

function rules(target: TargetRef, config: Config): string {
  const { required, approvers } = approvalRule(target, config);
  const { after } = config.environments[target.environment] ?? {};
  const asked = required === 1 ? 'one approval' : `${required} approvals`;
  return [
    required === 0 ? 'nobody is asked' : `${asked} by ${approvers.join(' or ')}`,
    ...(after === undefined ? [] : [`after ${after}`]),
  ].join(', ');
}

function sentences({ message, found, allowed, nearest }: ConfigProblem): readonly string[] {
  const similar = nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
  return [
    `${message}${found === null ? '' : `: ${found}`}${similar}`,
    ...(allowed === null ? [] : [`possible: ${allowed}`]),
  ];
}
