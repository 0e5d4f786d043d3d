import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDataDirectory, DataDirectoryInUse } from '../../../src/store/data-directory.ts';

describe('the data directory', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'slipway-data-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is refused while another process uses it, naming the process', () => {
    const claim = claimDataDirectory(directory);
    expect(() => claimDataDirectory(directory)).toThrow(DataDirectoryInUse);
    expect(() => claimDataDirectory(directory)).toThrow(`process ${process.pid}`);
    claim.release();
  });

  it('is free again once it was released', () => {
    claimDataDirectory(directory).release();
    claimDataDirectory(directory).release();
  });

  it('is taken over from a process that was killed', async () => {
    const child = spawn('sleep', ['100']);
    writeFileSync(path.join(directory, 'slipway.pid'), `${child.pid} 1`);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    claimDataDirectory(directory).release();
  });

  it('is taken over when the number of a killed process belongs to another one by now', () => {
    writeFileSync(path.join(directory, 'slipway.pid'), `${process.pid} 1`);
    claimDataDirectory(directory).release();
  });
});
