import type { Vocabulary } from '../../../commands/command.ts';

/** Two services, two environments, aliases, and a service that does not run everywhere. */
export const anywhere: Vocabulary = {
  services: [
    { name: 'api', aliases: ['backend'], environments: ['staging', 'production'] },
    { name: 'frontend', aliases: ['web', 'www'], environments: ['staging', 'production'] },
    { name: 'worker', aliases: [], environments: ['staging'] },
  ],
  environments: [
    { name: 'staging', aliases: ['stg'] },
    { name: 'production', aliases: ['prod'] },
  ],
  defaults: { service: null, environment: null },
};

/** The same words in a channel that is about the api in production. */
export const inDeploys: Vocabulary = {
  ...anywhere,
  defaults: { service: 'api', environment: 'production' },
};
