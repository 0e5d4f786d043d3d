import { z } from 'zod';
import { apiAddress } from '../api-address.ts';

/** `target:` of `kind: vercel`. */
export const vercelTargetConfig = z
  .strictObject({
    kind: z.literal('vercel'),
    project: z.string().min(1).describe('The project, by its name or ID.'),
    team: z.string().min(1).optional().describe('The ID of the team that it belongs to, team_….'),
    domain: z
      .string()
      .regex(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a domain without https://, such as www.example.com')
      .describe('The domain that must serve what is deployed.'),
    assign: z
      .enum(['promote', 'alias'])
      .default('promote')
      .describe(
        'promote: all production domains of the project; alias: this domain alone, as for a staging.',
      ),
    endpoint: apiAddress.default('https://api.vercel.com').describe('Another address of Vercel’s API.'),
  })
  .describe('A project on Vercel. What is deployed is a deployment that Vercel has built.');

export type VercelTargetConfig = z.output<typeof vercelTargetConfig>;
