import { z } from 'zod';
import { cloudSqlBackupConfig } from '../../integrations/cloud-sql/config.ts';
import { archiveBackupConfig, pgDumpBackupConfig } from '../../integrations/host-backup/config.ts';
import { veleroBackupConfig } from '../../integrations/velero/config.ts';
import { scheduleProblem } from '../domain/cron.ts';
import { duration } from './duration.ts';

/** Every kind of provider there is; an unknown kind does not validate. */
export const backupProviderConfig = z.discriminatedUnion('kind', [
  cloudSqlBackupConfig,
  pgDumpBackupConfig,
  archiveBackupConfig,
  veleroBackupConfig,
]);

const retention = z
  .strictObject({
    count: z.int().min(1).max(10_000).optional().describe('The newest so many are kept.'),
    age: duration.optional().describe('Those that are younger are kept.'),
  })
  .refine(({ count, age }) => count !== undefined || age !== undefined, {
    error: '`count`, `age` or both',
  })
  .describe(
    'Which backups are kept: what any of the rules keeps, and always the last good and the last verified one.',
  );

const schedule = z
  .strictObject({
    cron: z.string().describe('When: minute, hour, day of month, month, day of week.'),
    timezone: z.string().default('UTC').describe('The time zone of `cron`, such as Asia/Taipei.'),
    channel: z
      .string()
      .min(1)
      .optional()
      .describe('Where failures and a weekly summary are told; the incident channel by default.'),
  })
  .superRefine((value, context) => {
    const problem = scheduleProblem(value);
    if (problem === null) return;
    const path = /time ?zone/i.test(problem) ? 'timezone' : 'cron';
    const message =
      path === 'timezone'
        ? 'a time zone such as Asia/Taipei'
        : `a cron expression such as 0 2 * * *: ${problem}`;
    context.addIssue({ code: 'custom', path: [path], message, input: value[path] });
  })
  .describe('Backups that the bot makes by itself.');

/** `backup:` of a service in an environment. */
export const backupConfig = z
  .strictObject({
    provider: backupProviderConfig.describe('Who makes the backups, and what of.'),
    retention: retention.optional().describe('Which backups are kept; all of them without it.'),
    schedule: schedule.optional(),
    before: z.literal('deploy').optional().describe('Deploys and canaries begin with a backup.'),
    newerThan: duration
      .optional()
      .describe('Not if there is a good backup already that is younger than this.'),
  })
  .refine(({ before, newerThan }) => newerThan === undefined || before !== undefined, {
    path: ['newerThan'],
    error: 'only together with `before: deploy`',
  })
  .describe('Copies of the data: who makes them, when, and how long they are kept.');

export type BackupConfig = z.output<typeof backupConfig>;
export type BackupProviderConfig = z.output<typeof backupProviderConfig>;
export type RetentionConfig = z.output<typeof retention>;
