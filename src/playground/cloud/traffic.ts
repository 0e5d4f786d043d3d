import type { Random } from './context.ts';
import type { Service, TrafficTarget } from './records.ts';
import { invalid } from './status-error.ts';

const latest = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
const tagPattern = /^[a-z]([-a-z0-9]{0,44}[a-z0-9])?$/;

/** What the API takes an empty list of traffic targets for. */
export const allToLatest: readonly TrafficTarget[] = [{ type: latest, revision: '', percent: 100, tag: '' }];

/** Throws INVALID_ARGUMENT when the targets cannot be a split of traffic, whatever revisions there are. */
export function checkTraffic(targets: readonly TrafficTarget[]): void {
  for (const target of targets) checkTarget(target);
  const sum = targets.reduce((total, target) => total + target.percent, 0);
  if (sum !== 100) throw violation(`the percentages of all targets must add up to 100 but add up to ${sum}.`);
  const tags = targets.map((target) => target.tag).filter((tag) => tag !== '');
  const twice = tags.find((tag, index) => tags.indexOf(tag) !== index);
  if (twice !== undefined) throw violation(`the tag '${twice}' is used more than once.`);
}

function checkTarget(target: TrafficTarget): void {
  const { type, revision, percent, tag } = target;
  if (type === latest && revision !== '')
    throw violation('a target of type LATEST must not name a revision.');
  if (type !== latest && revision === '')
    throw violation('a target of type REVISION must name its revision.');
  if (revision.includes('/')) throw violation(`'${revision}' must be the short name of a revision.`);
  if (percent < 0 || percent > 100) throw violation(`${percent} is not a percentage.`);
  if (tag !== '' && !tagPattern.test(tag)) throw violation(`'${tag}' is not a valid tag.`);
}

function violation(what: string) {
  return invalid(`Violation in UpdateServiceRequest.service.traffic: ${what}`);
}

/** Short name of the revision behind a served target; empty when there is none. */
export function servedRevision(service: Service, target: TrafficTarget): string {
  return target.type === latest ? service.latestReady : target.revision;
}

/** Percent of the service's production traffic by short name of revision; revisions without a share are left out. */
export function productionShares(service: Service): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  for (const target of service.served) {
    const revision = servedRevision(service, target);
    if (revision === '' || target.percent === 0) continue;
    shares.set(revision, (shares.get(revision) ?? 0) + target.percent);
  }
  return shares;
}

/**
 * Deals requests to revisions by their shares, as from a shuffled pack of one hundred cards: in random order, and
 * with every hundred requests divided exactly. A change of the shares takes effect at the next request.
 */
export class TrafficDealer {
  readonly #random: Random;
  #shares = '';
  #cards: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Short name of the revision that answers the next request; undefined when none has a share. */
  deal(shares: ReadonlyMap<string, number>): string | undefined {
    const key = JSON.stringify([...shares]);
    if (key !== this.#shares || this.#cards.length === 0) {
      this.#shares = key;
      this.#cards = shuffled(pack(shares), this.#random);
    }
    return this.#cards.pop();
  }
}

function pack(shares: ReadonlyMap<string, number>): string[] {
  return [...shares].flatMap(([revision, percent]) => Array.from({ length: percent }, () => revision));
}

/** A random order of the cards: each gets a random number, and they are sorted by it. */
function shuffled(cards: readonly string[], random: Random): string[] {
  return cards
    .map((card) => ({ card, place: random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ card }) => card);
}
