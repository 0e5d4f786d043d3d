import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { treeCommand } from '../../../../integrations/files/host/script.ts';

let live: string;
let backups: string;

beforeEach(() => {
  live = mkdtempSync(path.join(tmpdir(), 'slipway-names-'));
  onTestFinished(() => rmSync(live, { recursive: true }));
  backups = path.join(live, '.slipway', 'backups');
});

/** Backs up as the operation of that name, which changes nothing; the backups that there are then. */
function backUp(name: string): readonly string[] {
  const operation = path.join(live, '.slipway', 'operations', name);
  mkdirSync(operation, { recursive: true });
  for (const file of ['staged', 'added', 'about.json', 'tree']) writeFileSync(path.join(operation, file), '');
  const [program, ...words] = treeCommand('backup', live, operation, backups);
  execFileSync(program, words);
  return readdirSync(backups).sort();
}

describe('the name of a backup of a tree', () => {
  it('is the time at which it was made', () => {
    expect(backUp('op-1')).toEqual([expect.stringMatching(/^backup_20\d{6}_\d{6}$/)]);
  });

  it('comes behind all others, also when the clock was set back', () => {
    mkdirSync(path.join(backups, 'backup_20991231_235959'), { recursive: true });
    mkdirSync(path.join(backups, 'backup_manually_edited'));
    backUp('op-1');
    expect(backUp('op-2')).toEqual([
      'backup_20991231_235959',
      'backup_21000101_000000',
      'backup_21000101_000001',
      'backup_manually_edited',
    ]);
  });

  it('stays the same for the same operation', () => {
    const first = backUp('op-1');
    expect(backUp('op-1')).toEqual(first);
  });
});
