import { z } from 'zod';
import { duration } from '../../src/config/duration.ts';
import { apiAddress } from '../api-address.ts';

const slackPerson = z.union([z.string().regex(/^[UW][A-Z0-9]+$/), z.email(), z.literal('nobody')], {
  error: 'a Slack user ID, an e-mail in Slack, or nobody for people who are not in this workspace',
});

/** `github:` of the config. */
export const githubConfig = z
  .strictObject({
    url: apiAddress
      .default('https://api.github.com')
      .describe('The API’s address; for GitHub Enterprise Server https://HOST/api/v3.'),
    app: z
      .strictObject({
        id: z.int().positive().describe('The App’s ID.'),
        installation: z.int().positive().describe('The ID of its installation in your organisation.'),
      })
      .optional()
      .describe(
        'A GitHub App and its installation; its private key stands in GITHUB_APP_KEY or GITHUB_APP_KEY_FILE. Without it, GITHUB_TOKEN is used.',
      ),
    people: z
      .record(z.string().min(1), slackPerson)
      .default({})
      .describe('Who people are in Slack, by their GitHub login or the e-mail of their commits.'),
  })
  .describe('GitHub, behind every service that has a `repository`.');

export type GithubConfig = z.output<typeof githubConfig>;

/** How the versions of a service are named by its code host: the keys of a service that have to do with it. */
export const sourceKeys = {
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'owner/name')
    .optional()
    .describe('The GitHub repository.'),
  imageTag: z
    .string()
    .regex(/^[\w.-]*\{(version|tag|sha|sha7)\}[\w.-]*$/, 'a tag with one of {version}, {tag}, {sha}, {sha7}')
    .default('{version}')
    .describe('The tag of the image of a version: as it was typed, the git tag, or the commit.'),
  migrations: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Paths of database migrations, such as db/migrate/**: approvers are told when a change touches them.',
    ),
  releases: z
    .strictObject({
      prerelease: z.string().min(1).optional().describe('The environment that pre-releases are deployed to.'),
      release: z.string().min(1).optional().describe('The environment that releases are deployed to.'),
      channel: z
        .string()
        .min(1)
        .optional()
        .describe('Where it is told; the first of the environment’s channels by default.'),
      wait: duration.prefault('30m').describe('How long its image is waited for.'),
      strangers: z
        .enum(['refuse', 'ask'])
        .default('refuse')
        .describe('What a release leads to whose publisher nobody knows in Slack.'),
    })
    .optional()
    .describe('What releases published on GitHub begin; needs GitHub’s webhook.'),
};
