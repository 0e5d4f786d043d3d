import { z } from 'zod';
import { duration } from '../../src/config/duration.ts';

/** `target:` of `kind: github-actions`. */
export const githubActionsTargetConfig = z
  .strictObject({
    kind: z.literal('github-actions'),
    workflow: z
      .string()
      .regex(/^[\w.-]+\.ya?ml$/, 'a file of .github/workflows, such as deploy.yml')
      .describe('The workflow that deploys, by its file in .github/workflows.'),
    ref: z
      .string()
      .regex(/^[\w./{}-]+$/, 'a branch or tag, or {version}')
      .default('main')
      .describe('The branch or tag whose workflow file runs; {version} for the version that is deployed.'),
    inputs: z
      .record(z.string().regex(/^[\w-]+$/), z.string().max(1_000))
      .default({})
      .describe('Its inputs; {version}, {sha}, {service} and {environment} are filled in.'),
    correlation: z
      .string()
      .regex(/^[\w-]+$/)
      .default('slipway')
      .describe('The input that the workflow shows in its run-name, by which its run is found.'),
    timeLimit: duration.prefault('30m').describe('A run that takes longer is cancelled.'),
    url: z.url().optional().describe('Where the service answers, for checks that are paths.'),
  })
  .describe('Whatever a workflow of GitHub Actions deploys to.');

export type GithubActionsTargetConfig = z.output<typeof githubActionsTargetConfig>;
