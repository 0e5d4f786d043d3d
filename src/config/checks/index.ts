import { checkPasswords } from './addresses.ts';
import { checkAlerts } from './alerts.ts';
import { checkApprovals } from './approvals.ts';
import {
  checkBackupHosts,
  checkBackupTwins,
  checkRestores,
  checkSchedules,
  checkSecondPlaces,
  checkVeleroLifetimes,
  checkVeleroScratches,
} from './backups.ts';
import { checkCanaries } from './canary.ts';
import { checkChannels } from './channels.ts';
import type { Check } from './check.ts';
import { checkOrder, checkPlaces, checkProvable } from './environments.ts';
import { checkAskers, checkBackupDirectories, checkFiles } from './files.ts';
import { checkFreezes } from './freezes.ts';
import { checkHosts } from './hosts.ts';
import { checkNames } from './names.ts';
import { checkReactions } from './reactions.ts';
import { checkRoles } from './roles.ts';
import { checkBarredAuthors, checkReleases, checkSource, checkWorkflows } from './source.ts';
import {
  checkAddresses,
  checkCommands,
  checkHostNames,
  checkImages,
  checkMigrations,
  checkTwins,
} from './targets.ts';

/** Every rule that compares parts of the config with each other. */
export const CHECKS: readonly Check[] = [
  checkNames,
  checkPasswords,
  checkRoles,
  checkPlaces,
  checkOrder,
  checkProvable,
  checkImages,
  checkTwins,
  checkFiles,
  checkBackupDirectories,
  checkAskers,
  checkSource,
  checkReleases,
  checkBarredAuthors,
  checkWorkflows,
  checkAddresses,
  checkMigrations,
  checkCommands,
  checkHostNames,
  checkHosts,
  checkApprovals,
  checkCanaries,
  checkBackupHosts,
  checkBackupTwins,
  checkSecondPlaces,
  checkVeleroLifetimes,
  checkVeleroScratches,
  checkRestores,
  checkSchedules,
  checkChannels,
  checkFreezes,
  checkReactions,
  checkAlerts,
];
