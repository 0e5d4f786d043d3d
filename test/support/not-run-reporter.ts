import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Reporter } from 'vitest/node';

const REAL = path.join(import.meta.dirname, '../real');

/** Names what `npm test` does not run: the suites that need real servers on this machine. */
export default class NotRunReporter implements Reporter {
  onTestRunEnd(): void {
    const suites = readdirSync(REAL, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const names = suites.map(({ name }) => name).join(', ');
    console.log(`\nNot run here, for they need real servers (npm run test:real): ${names}`);
  }
}
