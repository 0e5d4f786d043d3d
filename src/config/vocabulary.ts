import type { Vocabulary } from '../../commands/command.ts';
import { type ChannelRef, isChannel } from '../policy/authorise.ts';
import type { Config } from './schema.ts';

/** The words that a person may use in a channel, and what is meant there when it is not said. */
export function vocabularyOf(config: Config, channel: ChannelRef): Vocabulary {
  const entry = Object.entries(config.channels).find(([spelling]) => isChannel(channel, spelling));
  const defaults = entry?.[1];
  return {
    services: Object.entries(config.services).map(([name, { aliases, environments }]) => ({
      name,
      aliases,
      environments: Object.keys(environments),
    })),
    environments: Object.entries(config.environments).map(([name, { aliases }]) => ({ name, aliases })),
    defaults: { service: defaults?.service ?? null, environment: defaults?.environment ?? null },
  };
}
