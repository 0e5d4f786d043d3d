import { stringify } from 'yaml';
import { z } from 'zod';

/** What a bot needs of `GET /playground/workspace` to work there. */
const descriptionSchema = z.object({
  slack_api_url: z.string(),
  bot: z.object({ bot_token: z.string(), app_token: z.string(), signing_secret: z.string() }),
  users: z.array(z.object({ id: z.string(), name: z.string() })),
  targets: z.array(z.object({ service: z.string(), environment: z.string(), url: z.string() })),
  cloud: z.object({ registry: z.string(), run_endpoint: z.string(), sql_endpoint: z.string() }),
});
export type PlaygroundDescription = z.output<typeof descriptionSchema>;

/** Asks a running playground what it is. Throws, naming the address, when there is none. */
export async function describePlayground(url: string): Promise<PlaygroundDescription> {
  try {
    const response = await fetch(new URL('/playground/workspace', url), {
      signal: AbortSignal.timeout(10_000),
    });
    return descriptionSchema.parse(await response.json());
  } catch (cause) {
    throw new Error(`There is no playground at ${url}. Start one with: npx slipway playground`, { cause });
  }
}

/** The `slipway.yaml` of the demo: what somebody would write for these services, as text. */
export function demoConfig(playground: PlaygroundDescription): string {
  const services = Map.groupBy(playground.targets, (target) => target.service);
  return stringify({
    slack: { incidentChannel: '#incidents' },
    roles: {
      deployer: { users: idsOf(playground, ['ana']) },
      approver: { groups: ['release-managers'] },
    },
    environments: {
      staging: { aliases: ['stage', 'stg'], allow: permissions() },
      production: {
        aliases: ['prod'],
        allow: permissions(),
        approval: { approvers: ['approver'], required: 1, expires: '30m' },
      },
    },
    services: Object.fromEntries(
      [...services].map(([service, targets]) => [service, demoService(playground, service, targets)]),
    ),
    channels: { '#deploys': { service: 'api' } },
    alerts: {
      sources: { alertmanager: { kind: 'alertmanager' } },
      allow: { acknowledge: ['deployer', 'approver'], silence: ['approver'] },
    },
  });
}

function permissions(): object {
  const everybody = ['deployer', 'approver'];
  return {
    deploy: everybody,
    rollback: everybody,
    canary: everybody,
    backup: everybody,
    restore: everybody,
    emergency: everybody,
    lock: everybody,
  };
}

function demoService(
  playground: PlaygroundDescription,
  service: string,
  targets: PlaygroundDescription['targets'],
): object {
  return {
    image: `${new URL(playground.cloud.registry).host}/demo/${service}`,
    environments: Object.fromEntries(
      targets.map(({ environment }) => [environment, demoTarget(playground, service, environment)]),
    ),
  };
}

function demoTarget(playground: PlaygroundDescription, service: string, environment: string): object {
  return {
    target: {
      kind: 'cloud-run',
      project: 'demo',
      region: 'local',
      service: `${service}-${environment}`,
      endpoint: playground.cloud.run_endpoint,
      plaintext: true,
    },
    verify: [{ http: '/health', successes: 3 }],
    watch: '6s',
    // Short steps, for somebody who watches.
    canary: {
      steps: [10, 50, 100],
      pause: '20s',
      interval: '5s',
      holdLimit: '1m',
      analysis: [{ probe: { path: '/health', maxErrorRate: '5%', maxP95: '1s', minRequests: 20 } }],
    },
    ...(service === 'api' && environment === 'production' ? withData(playground) : {}),
  };
}

/** The one demo service with a database: migrated by a deploy, and backed up before it. */
function withData({ cloud }: PlaygroundDescription): object {
  return {
    migrate: { job: 'api-migrate' },
    backup: {
      provider: {
        kind: 'cloud-sql',
        project: 'demo',
        instance: 'api-production',
        endpoint: cloud.sql_endpoint,
      },
      retention: { count: 5, age: '30d' },
    },
  };
}

function idsOf(playground: PlaygroundDescription, names: readonly string[]): readonly string[] {
  return playground.users.filter((user) => names.includes(user.name)).map((user) => user.id);
}
