import type { Reporter, TestModule } from 'vitest/node';

/** Closes a run with one line that counts it: `12 passed, 0 failed, 0 skipped`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const count = (wanted: string) => states.filter((state) => state === wanted).length;
    const brokenFiles = modules.filter(
      (module) => module.state() === 'failed' && count('failed') === 0,
    ).length;
    const failed = count('failed') + brokenFiles + errors.length;
    console.log(
      `\n${count('passed')} passed, ${failed} failed, ${count('skipped') + count('pending')} skipped`,
    );
  }
}
