import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { demoConfig, describePlayground } from '../../src/playground/demo-config.ts';

const approvalSchema = z.looseObject({
  required: z.number(),
  expires: z.string(),
  remind: z.string().optional(),
});
const demoSchema = z.looseObject({
  alerts: z.looseObject({}).optional(),
  slack: z.looseObject({ transport: z.string().optional() }),
  roles: z.record(
    z.string(),
    z.looseObject({ users: z.array(z.string()).optional(), emails: z.array(z.string()).optional() }),
  ),
  environments: z.record(
    z.string(),
    z.looseObject({ allow: z.record(z.string(), z.array(z.string())), approval: approvalSchema.optional() }),
  ),
  services: z.record(
    z.string(),
    z.looseObject({
      environments: z.record(
        z.string(),
        z.looseObject({
          watch: z.string().optional(),
          verify: z.array(z.looseObject({})),
          canary: z.looseObject({}),
        }),
      ),
    }),
  ),
});
/** The demo's own config, to be changed for a test before the bot reads it. */
export type DemoConfig = z.output<typeof demoSchema>;

/** The demo's config as YAML, after `change` has worked on it. */
export async function changedDemoConfig(
  playgroundUrl: string,
  change: (config: DemoConfig) => void,
): Promise<string> {
  return changedConfig(demoConfig(await describePlayground(playgroundUrl)), change);
}

/** A demo's config, given as YAML, after `change` has worked on it. */
export function changedConfig(text: string, change: (config: DemoConfig) => void): string {
  const config = demoSchema.parse(parse(text));
  change(config);
  return stringify(config);
}

/** No watch and one check: for tests of what is around a deploy. */
export function quick(config: DemoConfig): void {
  for (const { environments } of Object.values(config.services)) {
    for (const environment of Object.values(environments)) {
      delete environment.watch;
      environment.verify = [{ http: '/health' }];
    }
  }
}

/** Changes the rule by which production is approved. */
export function approval(config: DemoConfig, rule: Partial<z.output<typeof approvalSchema>>): void {
  const { production } = config.environments;
  if (production?.approval === undefined) throw new Error('the demo asks for approval in production');
  production.approval = { ...production.approval, ...rule };
}
