import { z } from 'zod';
import { analysisConfig } from '../../integrations/analysis/config.ts';
import { cloudRunTargetConfig } from '../../integrations/cloud-run/config.ts';
import { composeTargetConfig } from '../../integrations/compose/config.ts';
import { composeGitTargetConfig } from '../../integrations/compose/git/config.ts';
import { filesTargetConfig } from '../../integrations/files/config.ts';
import { githubConfig, sourceKeys } from '../../integrations/github/config.ts';
import { githubActionsTargetConfig } from '../../integrations/github-actions/config.ts';
import { kubernetesTargetConfig } from '../../integrations/kubernetes/config.ts';
import { registriesConfig } from '../../integrations/registry/config.ts';
import { hostsConfig } from '../../integrations/ssh/config.ts';
import { vercelTargetConfig } from '../../integrations/vercel/config.ts';
import { checkConfig, words } from '../../integrations/verify-config.ts';
import { alertsConfig } from './alerts.ts';
import { backupConfig } from './backup.ts';

import { duration } from './duration.ts';

const word = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'lower-case letters, digits, dots and dashes');
const roleNames = z.array(word).describe('Names of roles from `roles`.');

const role = z
  .strictObject({
    users: z
      .array(z.string().regex(/^[UW][A-Z0-9]+$/, 'a Slack user ID such as U012AB3CD'))
      .default([])
      .describe('Slack user IDs: a person’s profile, “Copy member ID”.'),
    emails: z.array(z.email()).default([]).describe('Addresses in people’s Slack profiles.'),
    groups: z.array(z.string().min(1)).default([]).describe('Slack user groups, by handle or ID.'),
  })
  .describe('Who holds a role: by Slack user ID, e-mail or user group.');

const approval = z
  .strictObject({
    approvers: roleNames.min(1).describe('Roles whose members may approve; whoever asked does not count.'),
    required: z.int().min(1).max(10).default(1).describe('How many different people must approve.'),
    expires: duration.prefault('30m').describe('After this the question is withdrawn.'),
    remind: duration.optional().describe('Remind the approvers this long before it expires.'),
    barAuthors: z
      .boolean()
      .default(false)
      .describe('Whoever wrote some of what is shipped may not approve it.'),
  })
  .describe('Who must approve before anything runs.');

const migrate = z
  .strictObject({
    job: z.string().min(1).optional().describe('The job to run before traffic moves.'),
    run: words.optional().describe('Compose: the command that migrates, as a list of words.'),
    service: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*$/, 'a service of the compose file')
      .optional()
      .describe('Compose: the service whose image the command is run in, in a container of its own.'),
  })
  .describe('A migration that runs when the new version is ready and before it takes traffic.');

const canary = z
  .strictObject({
    steps: z
      .array(z.int().min(1).max(100))
      .min(1)
      .default([10, 50, 100])
      .describe('Percents of traffic that it walks through; 100 promotes.'),
    pause: duration.prefault('10m').describe('How long each step is watched.'),
    analysis: z
      .array(analysisConfig)
      .max(10)
      .prefault([{ probe: {} }])
      .describe('What judges it; [] for nothing but time.'),
    interval: duration.prefault('30s').describe('Time between two looks.'),
    failureLimit: z.int().min(1).max(100).default(2).describe('Failed looks in a row that end it.'),
    onNoData: z
      .enum(['hold', 'abort', 'pass'])
      .default('hold')
      .describe('What a look without data leads to.'),
    onUnavailable: z
      .enum(['hold', 'abort'])
      .default('hold')
      .describe('What a look at a source that is away leads to.'),
    holdLimit: duration.prefault('15m').describe('How long it is held before it is aborted.'),
  })
  .describe('How a new version takes traffic step by step, and what judges it.');

/** Every kind of target there is; an unknown kind does not validate. */
export const targetConfig = z.discriminatedUnion('kind', [
  cloudRunTargetConfig,
  kubernetesTargetConfig,
  githubActionsTargetConfig,
  vercelTargetConfig,
  composeTargetConfig,
  composeGitTargetConfig,
  filesTargetConfig,
]);

const serviceEnvironment = z.strictObject({
  target: targetConfig.describe('What is deployed to.'),
  verify: z
    .array(checkConfig)
    .default([])
    .describe('Checks on the new revision before and after it takes traffic.'),
  watch: duration
    .default(0)
    .describe('Go on checking for this long after all traffic has moved; a failed check takes it back.'),
  migrate: migrate.optional(),
  canary: canary.prefault({}),
  backup: backupConfig.optional(),
  checks: z
    .union([z.literal('required'), z.array(z.string().min(1)).min(1)], {
      error: 'required, or a list of names',
    })
    .optional()
    .describe(
      'What must be green on the commit before it ships: everything that runs on it, or these checks.',
    ),
  approval: approval.optional().describe('Replaces the environment’s rule for this service.'),
});

const service = z.strictObject({
  image: z
    .string()
    .regex(
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/,
      'a repository without tag, such as registry.example/team/api',
    )
    .optional()
    .describe('The image repository that versions are looked up in.'),
  ...sourceKeys,
  aliases: z.array(word).default([]).describe('Other names to type.'),
  environments: z
    .record(word, serviceEnvironment)
    .describe('Where it runs, under the names of `environments`.'),
});

const environment = z.strictObject({
  aliases: z.array(word).default([]).describe('Other spellings, such as prod.'),
  channels: z
    .array(z.string().min(1))
    .default([])
    .describe('Channels in which commands for this environment are taken; empty means all.'),
  allow: z
    .strictObject({
      deploy: roleNames.default([]).describe('Who may ask for a deploy.'),
      rollback: roleNames.default([]).describe('Who may ask for a rollback.'),
      canary: roleNames.default([]).describe('Who may ask for a canary.'),
      backup: roleNames.default([]).describe('Who may make and verify backups.'),
      restore: roleNames.default([]).describe('Who may ask for a restore, which always needs an approval.'),
      emergency: roleNames.default([]).describe('Who may skip approval with --emergency "reason".'),
      lock: roleNames.default([]).describe('Who may lock and unlock.'),
    })
    .prefault({})
    .describe('Which roles may do what. What is not listed is not allowed.'),
  approval: approval.optional().describe('Absent: nobody is asked.'),
  after: word.optional().describe('A version must have succeeded in that environment first.'),
});

const freeze = z
  .strictObject({
    name: z.string().min(1).describe('What people are told.'),
    environments: z.array(word).min(1).describe('What is frozen.'),
    from: z.iso.datetime({ offset: true }).describe('When it begins, with the time zone.'),
    to: z.iso.datetime({ offset: true }).describe('When it ends, with the time zone.'),
  })
  .describe('A calendar window closed to operations, rollbacks excepted.');

const channelDefaults = z
  .strictObject({
    service: word.optional().describe('So that it need not be typed.'),
    environment: word.optional().describe('Together with `service`, a version is enough.'),
  })
  .describe('What is meant in this channel when it is not said.');

const reaction = z
  .string()
  .regex(/^[\p{L}\p{N}_+'-]+$/u, 'the name of an emoji without colons, such as white_check_mark');

const slack = z.strictObject({
  approveReaction: reaction.default('white_check_mark').describe('The emoji that approves, without colons.'),
  rejectReaction: reaction.default('no_entry').describe('The emoji that rejects, without colons.'),
  incidentChannel: z.string().min(1).optional().describe('Where emergencies are announced.'),
  transport: z
    .enum(['socket', 'http'])
    .default('socket')
    .describe('socket needs no address of your own; http takes signed requests at /slack/events.'),
});

/** The whole of `slipway.yaml`. */
export const configSchema = z.strictObject({
  slack: slack.prefault({}).describe('How people are met in Slack.'),
  roles: z.record(word, role).default({}).describe('Who people are, under names of your choice.'),
  environments: z.record(word, environment).describe('Where services run, under the names that people type.'),
  services: z.record(word, service).describe('What can be deployed, under the names that people type.'),
  hosts: hostsConfig,
  registries: registriesConfig,
  channels: z.record(z.string().min(1), channelDefaults).default({}).describe('By channel name or ID.'),
  freezes: z
    .array(freeze)
    .default([])
    .describe('Windows in which nothing is deployed; rollbacks work all the time.'),
  alerts: alertsConfig.optional(),
  github: githubConfig.optional(),
});

export type Config = z.output<typeof configSchema>;
export type ServiceConfig = Config['services'][string];
export type ServiceEnvironmentConfig = ServiceConfig['environments'][string];
export type EnvironmentConfig = Config['environments'][string];
export type ApprovalConfig = z.output<typeof approval>;
export type CanaryConfig = z.output<typeof canary>;
export type TargetConfig = z.output<typeof targetConfig>;
export type RoleConfig = z.output<typeof role>;
