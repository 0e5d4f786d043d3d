import type { Config } from '../config/schema.ts';
import type { Person } from '../domain/person.ts';
import type { Refusal } from '../domain/refusal.ts';
import { isStranger } from '../domain/release.ts';
import type { TargetRef } from '../domain/target.ts';
import { approvalRule } from './approvals.ts';
import { type Action, type ChannelRef, refuseAction } from './authorise.ts';

/**
 * Why a requester may not do this, or null. Somebody whom Slack does not know has no role: they may ask for what
 * the service's `releases` begin, where the config lets strangers ask, and where somebody else has to approve it.
 */
export function refuseRequester(
  request: {
    readonly person: Person | null;
    readonly action: Action;
    readonly target: TargetRef;
    readonly channel: ChannelRef;
  },
  config: Config,
): Refusal | null {
  const { person, action, target, channel } = request;
  if (person === null || !isStranger(person.id)) {
    return refuseAction({ person, action, environment: target.environment, channel }, config);
  }
  const releases = config.services[target.service]?.releases;
  const begun = [releases?.prerelease, releases?.release].includes(target.environment);
  const asked = approvalRule(target, config).required > 0;
  if (action === 'deploy' && begun && releases?.strangers === 'ask' && asked) return null;
  return { code: 'stranger', name: person.name, environment: target.environment };
}
