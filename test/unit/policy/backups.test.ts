import { describe, expect, it } from 'vitest';
import type { Backup, StoredBackup } from '../../../src/domain/backup.ts';
import { keptUntil, outdatedBackups, youngEnough } from '../../../src/policy/backups.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const START = new Date('2026-11-01T02:00:00Z');

function backup(id: string, takenAt: Date, more: Partial<Backup> = {}): Backup {
  return {
    id,
    target: { service: 'api', environment: 'production' },
    takenAt: takenAt.toISOString(),
    size: 1,
    sha256: null,
    duration: 1,
    expiresAt: null,
    places: ['here'],
    state: { is: 'good' },
    verified: null,
    ...more,
  };
}

function ids(backups: readonly StoredBackup[]): readonly string[] {
  return backups.map(({ id }) => id);
}

const day = (number: number) => new Date(START.getTime() + number * DAY);

describe('retention', () => {
  /** A backup a day for forty days, each followed by what retention lets go of; what is left after each. */
  function fortyDays(rules: Parameters<typeof outdatedBackups>[0]['rules'], fails: readonly number[] = []) {
    let kept: readonly Backup[] = [];
    const left: number[] = [];
    for (let number = 1; number <= 40; number += 1) {
      const now = day(number);
      if (!fails.includes(number)) {
        const outdated = outdatedBackups({ backups: kept, rules, now, held: [], coming: 1 });
        kept = [...kept.filter((one) => !outdated.includes(one)), backup(`bk-${number}`, now)];
      }
      left.push(kept.length);
    }
    return { left, kept };
  }

  it('by age keeps thirty days over forty', () => {
    const { left, kept } = fortyDays({ age: 30 * DAY });
    expect(left.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(new Set(left.slice(30))).toEqual(new Set([30]));
    expect(ids(kept)).toEqual(Array.from({ length: 30 }, (_, index) => `bk-${index + 11}`));
  });

  it('by count keeps the newest five over forty days', () => {
    const { left, kept } = fortyDays({ count: 5 });
    expect(left.slice(0, 7)).toEqual([1, 2, 3, 4, 5, 5, 5]);
    expect(ids(kept)).toEqual(['bk-36', 'bk-37', 'bk-38', 'bk-39', 'bk-40']);
  });

  it('by both keeps what either keeps', () => {
    const failing = Array.from({ length: 34 }, (_, index) => index + 6);
    const { kept } = fortyDays({ count: 3, age: 7 * DAY }, failing);
    expect(ids(kept)).toEqual(['bk-4', 'bk-5', 'bk-40']);
    expect(fortyDays({ count: 3, age: 7 * DAY }).kept).toHaveLength(7);
  });

  it('never lets go of the last good one, however old, and whatever came after it', () => {
    const backups = [
      backup('bk-old', day(0)),
      backup('bk-bad', day(20), { state: { is: 'bad', reason: 'disk full' } }),
      backup('bk-wrong', day(21), { verified: { at: day(22), passed: false, how: 'rows differ' } }),
    ];
    const rules = { age: 5 * DAY };
    expect(ids(outdatedBackups({ backups, rules, now: day(40), held: [], coming: 0 }))).toEqual([
      'bk-bad',
      'bk-wrong',
    ]);
  });

  it('never lets go of the last one that was proven by a verification, also when another one is coming', () => {
    const passed = { at: day(2), passed: true, how: 'the same rows' };
    const backups = [
      backup('bk-1', day(1), { verified: passed }),
      backup('bk-2', day(2), { verified: passed }),
      backup('bk-3', day(3)),
    ];
    const request = { backups, rules: { count: 1 }, now: day(9), held: [], coming: 1 };
    expect(ids(outdatedBackups(request))).toEqual(['bk-1', 'bk-3']);
  });

  it('keeps copies in the second place by the same rules after the first place lost all of them', () => {
    const state = { is: 'away', reason: 'it is only at backup-1' } as const;
    const backups = [1, 2, 3, 4].map((number) => backup(`bk-${number}`, day(number), { state }));
    const request = { backups, rules: { count: 3 }, now: day(9), held: [] };
    expect(ids(outdatedBackups({ ...request, coming: 1 }))).toEqual(['bk-1', 'bk-2']);
    expect(ids(outdatedBackups({ ...request, rules: { age: DAY }, coming: 0 }))).toEqual([
      'bk-1',
      'bk-2',
      'bk-3',
    ]);
    expect(youngEnough(backups, { newerThan: 30 * DAY }, { now: day(9), wait: 0 })).toBeNull();
  });

  it('does not count what is not good towards what is kept', () => {
    const backups = [
      backup('bk-1', day(1)),
      backup('bk-2', day(2)),
      backup('bk-bad', day(3), { state: { is: 'bad', reason: 'disk full' } }),
    ];
    const request = { backups, rules: { count: 2 }, now: day(4), held: [], coming: 0 };
    expect(outdatedBackups(request)).toEqual([]);
  });

  it('touches neither what is held, nor what is being made, nor what others made', () => {
    const backups = [
      backup('bk-held', day(1)),
      backup('bk-now', day(2), { state: { is: 'under-way' } }),
      backup('run-17', day(3)),
      backup('bk-4', day(4)),
      backup('bk-5', day(5)),
    ];
    const request = { backups, rules: { count: 1 }, now: day(9), held: ['bk-held'], coming: 0 };
    expect(ids(outdatedBackups(request))).toEqual(['bk-4']);
  });

  it('does not count what is from the future towards what is kept', () => {
    const backups = [
      backup('bk-ahead', new Date('2036-01-01T00:00:00Z')),
      backup('bk-1', day(1)),
      backup('bk-2', day(2)),
    ];
    const request = { backups, now: day(3), held: [] };
    expect(ids(outdatedBackups({ ...request, rules: { count: 2 }, coming: 0 }))).toEqual([]);
    expect(ids(outdatedBackups({ ...request, rules: { age: HOUR }, coming: 0 }))).toEqual(['bk-1']);
  });

  it('lets go of nothing without a rule', () => {
    const request = { backups: [backup('bk-1', day(0)), backup('bk-2', day(1))], rules: undefined };
    expect(outdatedBackups({ ...request, now: day(999), held: [], coming: 1 })).toEqual([]);
  });

  it('tells until when one is kept, by age', () => {
    expect(keptUntil(backup('bk-1', day(0)), { age: 30 * DAY })).toEqual(day(30));
    expect(keptUntil(backup('bk-1', day(0)), { count: 5 })).toBeNull();
  });
});

describe('a backup before a deploy', () => {
  const rules = { newerThan: HOUR };
  const now = day(1);
  const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

  it('is not needed while a good one is young enough', () => {
    const backups = [backup('bk-old', ago(90)), backup('bk-new', ago(20))];
    expect(youngEnough(backups, rules, { now, wait: 0 })?.id).toBe('bk-new');
  });

  it('is needed when the newest will be too old once people have approved', () => {
    const backups = [backup('bk-new', ago(40))];
    expect(youngEnough(backups, rules, { now, wait: 30 * 60_000 })).toBeNull();
    expect(youngEnough(backups, rules, { now, wait: 10 * 60_000 })?.id).toBe('bk-new');
  });

  it.each([
    ['the newest failed', { state: { is: 'bad', reason: 'x' } as const }],
    ['the newest did not pass its verification', { verified: { at: now, passed: false, how: 'x' } }],
    ['the newest is not whole yet', { state: { is: 'under-way' } as const }],
  ])('is needed when %s', (_, more) => {
    expect(youngEnough([backup('bk-1', ago(5), more)], rules, { now, wait: 0 })).toBeNull();
  });

  it('is needed when the newest is from the future, and a younger one counts beside that', () => {
    const ahead = backup('bk-ahead', new Date('2036-01-01T00:00:00Z'));
    expect(youngEnough([ahead], rules, { now, wait: 0 })).toBeNull();
    expect(youngEnough([ahead, backup('bk-new', ago(20))], rules, { now, wait: 0 })?.id).toBe('bk-new');
    expect(youngEnough([backup('bk-soon', ago(-4))], rules, { now, wait: 0 })?.id).toBe('bk-soon');
  });

  it('is always needed without `newerThan`', () => {
    expect(youngEnough([backup('bk-1', now)], {}, { now, wait: 0 })).toBeNull();
  });
});
