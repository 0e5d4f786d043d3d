import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** What is shown of an error here; the whole of it stands above. */
const LONGEST = 300;

/** Said by who tries files that fail a second time (`.ci/run`, `test/real/run.ts`): they are named now, and counted then. */
const areTriedAgain = process.env.FAILED_FILES === 'again';

/** Closes a run with what failed, a line each, and one line that counts it: `12 passed, 0 failed, 0 skipped`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const again = modules.filter((module) => areTriedAgain && failuresOf(module).length > 0);
    for (const line of again.flatMap(failuresOf)) console.log(`once ${line}`);
    for (const { relativeModuleId } of again) console.log(`again: ${relativeModuleId}`);
    count(
      modules.filter((module) => !again.includes(module)),
      errors,
    );
  }
}

function count(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
  const failures = [...modules.flatMap(failuresOf), ...errors.map((error) => told('unhandled', error))];
  const states = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => test.result().state),
  );
  const inState = (wanted: string) => states.filter((state) => state === wanted).length;
  const counts = [
    `${inState('passed')} passed`,
    `${failures.length} failed`,
    `${inState('skipped') + inState('pending')} skipped`,
  ];
  console.log(`\n${[...failures, counts.join(', ')].join('\n')}`);
}

/** Of a file: its own errors, those of what is around its tests, and its tests that failed. */
function failuresOf(module: TestModule): readonly string[] {
  const file = module.relativeModuleId;
  const around = [module, ...module.children.allSuites()].flatMap((part) =>
    part.errors().map((error) => told(`${file}, around its tests`, error)),
  );
  const tests = [...module.children.allTests('failed')].map((test) =>
    told(`${file} > ${test.fullName}`, test.result().errors?.at(-1)),
  );
  return [...around, ...tests];
}

function told(where: string, error: { readonly message: string } | undefined): string {
  const first = (error?.message ?? 'no reason is known').replaceAll(/\s+/g, ' ');
  return `failed: ${where}: ${first.slice(0, LONGEST)}`;
}
