import { setTimeout as delay } from 'node:timers/promises';
import { insisting, isRefusedForNow, isUnanswered, listen } from './asking-again.ts';
import { type Replica, type Replicas, until, type WatchedRun } from './replicas.ts';
import { says, type TestPerson } from './workspace.ts';

/** The product's promise: somebody else goes on with what a dead process was doing. */
export const TAKEOVER = 10_000;
const LOOK = 40;
/** After which people ask again who were not answered, or were refused and see nothing begin. */
const ASK_AGAIN = 30_000;
/** Within which an operation begins that was asked for: Slack's limit on looking people up passes in a minute. */
const BEGUN_LIMIT = 120_000;
/** After which an operation of which nothing has changed is one that does not end. */
const STUCK = 240_000;
const APPROVE = 'white_check_mark';
/** Its message names the canary that is extended as well. */
const EXTENSION = 'Extend the canary';
/** Boundaries at which one operation is killed. */
const MOST_KILLS = 4;

/** Work that people ask for while whoever carries it out is killed again and again. */
export interface Work {
  /** What it is called where the kills are counted. */
  readonly name: string;
  readonly service: string;
  readonly environment: string;
  /** What somebody does to ask for it. */
  begin(): Promise<unknown>;
  readonly approved: boolean;
  /** Done at every look while it runs. */
  meanwhile?(run: WatchedRun): Promise<void>;
  /** False in a moment of which a kill is known to leave a question to people. */
  mayKill?(run: WatchedRun): boolean;
  readonly ends: 'succeeded' | 'undone';
  /** Everything that was ever changed at its target, in the target's own words; `id` is its own once it has one. */
  changes(id: string | null): Promise<readonly string[]>;
  /** What it changes itself, in any order. */
  readonly expected: readonly string[];
  /** Throws when what is there in the end is not what was asked for. */
  right?(): Promise<void>;
}

export interface Tally {
  started: number;
  right: number;
  lost: number;
  twice: number;
  /** How often whoever ran one of them was killed. */
  kills: number;
}

/** Kills whoever works on something, over and over, and counts what became of it. */
export class Harassment {
  readonly tallies = new Map<string, Tally>();
  /** Milliseconds of the database's clock from a kill until somebody else went on, where nobody else was killed meanwhile. */
  readonly takeovers: number[] = [];
  readonly killedAt = new Set<string>();
  readonly problems: string[] = [];
  readonly #replicas: Replicas;
  readonly #asker: TestPerson;
  readonly #approver: TestPerson;
  readonly #ended: { readonly id: string; readonly words: string; readonly isExtension: boolean }[] = [];
  readonly #kills: number[] = [];
  readonly #open = new Map<string, Tally>();
  readonly #measured: Promise<void>[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(replicas: Replicas, people: { readonly asker: TestPerson; readonly approver: TestPerson }) {
    this.#replicas = replicas;
    this.#asker = people.asker;
    this.#approver = people.approver;
  }

  get kills(): number {
    return this.#kills.length;
  }

  /** Asks for the work and kills whoever does it at each boundary; returns the operation's ID. */
  async run(work: Work): Promise<string> {
    const tally = this.#tallyOf(work.name);
    tally.started += 1;
    const before = await work.changes(null);
    const id = await this.#begin(work, tally);
    await this.#harass(id, work);
    this.#open.delete(id);
    const { state, kind } = await this.#replicas.operation(id);
    const made = (await work.changes(id)).slice(before.length);
    await this.#judge({ id, state, kind, made }, work, tally);
    return id;
  }

  /** Waits until people have read how each ended, in one message. */
  async expectTold(reader: TestPerson): Promise<void> {
    await Promise.all(this.#measured);
    for (const { id, words, isExtension } of this.#ended) {
      await reader.see('deploys', (message) => !message.is_ephemeral && says(id, words)(message));
      const about = (await reader.messages('deploys')).filter(
        (message) => !message.is_ephemeral && says(id)(message) && (isExtension || !says(EXTENSION)(message)),
      );
      if (about.length !== 1) this.problems.push(`${id} has ${about.length} messages`);
    }
  }

  async #judge(
    end: {
      readonly id: string;
      readonly state: string;
      readonly kind: string;
      readonly made: readonly string[];
    },
    work: Work,
    tally: Tally,
  ): Promise<void> {
    const { id, state, kind, made } = end;
    const twice = surplus(made, work.expected);
    const missing = surplus(work.expected, made);
    const wrong = await (work.right?.() ?? Promise.resolve()).then(
      () => null,
      (error: unknown) => String(error),
    );
    const isRight = state === work.ends && missing.length === 0 && wrong === null;
    if (twice.length > 0) tally.twice += 1;
    if (!isRight) tally.lost += 1;
    if (isRight && twice.length === 0) tally.right += 1;
    else this.problems.push(JSON.stringify({ work: work.name, id, state, twice, missing, wrong }));
    const words = work.ends === 'succeeded' ? 'Done' : 'Undone';
    this.#ended.push({ id, words, isExtension: kind === 'canary-extension' });
  }

  /** Asks for it, and kills whoever works on it first. */
  async #begin(work: Work, tally: Tally): Promise<string> {
    const { service, environment } = work;
    const all = () => this.#replicas.operations(service, environment);
    return this.undisturbed(async () => {
      const known = new Set((await all()).map(({ id }) => id));
      await until(
        async () => this.#up(),
        (up) => up > 1,
      );
      const id = await this.#ask(
        work,
        async () => (await all()).find((run) => !known.has(run.id))?.id ?? null,
      );
      this.#open.set(id, tally);
      await this.#killRunner(id, work);
      return id;
    });
  }

  /**
   * Asks for it until it has begun, as people do: whoever was not answered, or was refused by a bot that could not look
   * them up, waits to see whether it begins all the same, and asks again only when it did not. Returns the operation's ID.
   */
  async #ask(work: Work, begun: () => Promise<string | null>): Promise<string> {
    for (;;) {
      const told = await listen(this.#asker);
      const answered = await work.begin().then(() => true, isUnanswered);
      const asked = Date.now();
      const isInVain = async () => !answered || isRefusedForNow(await told());
      for (let waited = 0; waited < ASK_AGAIN || !(await isInVain()); await delay(LOOK)) {
        const id = await begun();
        if (id !== null) return id;
        waited = Date.now() - asked;
        if (waited > BEGUN_LIMIT) throw new Error(`${work.name} has not begun: ${(await told())[0]}`);
      }
    }
  }

  async #harass(id: string, work: Work): Promise<void> {
    const seen = new Set<string>();
    const expectChange = impatient(`${work.name} ${id}`);
    const approve = insisting(this.#approver, () => this.#approve(id));
    for (;;) {
      const run = await this.#replicas.operation(id);
      if (isOver(run)) return;
      const at = boundaryOf(run);
      expectChange(at);
      if (run.pid !== null && !seen.has(at) && seen.size < MOST_KILLS && work.mayKill?.(run) !== false) {
        seen.add(at);
        await this.undisturbed(() => this.#killRunner(id, work));
      }
      if (run.state === 'awaiting-approval' && work.approved) await approve();
      if (run.state === 'running') await work.meanwhile?.(run);
      await delay(LOOK);
    }
  }

  /** Reacts, as if for the first time. */
  async #approve(id: string): Promise<void> {
    const approver = this.#approver;
    const { ts, reactions } = await approver.see(
      'deploys',
      (message) => !message.is_ephemeral && says(id)(message),
    );
    const has = reactions.some(({ name, users }) => name === APPROVE && users.includes(approver.id));
    if (has) await approver.unreact('deploys', ts, APPROVE);
    await approver.react('deploys', ts, APPROVE);
  }

  /** Kills whoever runs it, as soon as somebody does and another is there to go on; not if it ends before. */
  async #killRunner(id: string, work: Work): Promise<void> {
    const mayKill = (run: WatchedRun) =>
      this.#replicas.runnerOf(run) !== undefined && this.#up() > 1 && work.mayKill?.(run) !== false;
    const run = await until(
      () => this.#replicas.operation(id),
      (now) => isOver(now) || mayKill(now),
    );
    const runner = this.#replicas.runnerOf(run);
    if (isOver(run) || runner === undefined) return;
    this.killedAt.add(`${run.kind}: ${boundaryOf(run)}`);
    const killedAt = await this.kill(runner);
    this.#measured.push(this.#measure(id, killedAt));
  }

  async #measure(id: string, killedAt: number): Promise<void> {
    const next = await until(
      () => this.#replicas.operation(id),
      (now) => isOver(now) || (now.pid !== null && now.takenUpAt > killedAt),
    );
    const alone = !this.#kills.some((at) => at > killedAt && at <= next.takenUpAt);
    if (next.takenUpAt > killedAt && alone) this.takeovers.push(Math.round(next.takenUpAt - killedAt));
  }

  /** kill -9; returns when that was. Whatever it was running is killed with it. */
  async kill(replica: Replica): Promise<number> {
    const pid = replica.pid();
    const open = await Promise.all(
      [...this.#open].map(async ([id, tally]) => ({ tally, run: await this.#replicas.operation(id) })),
    );
    const at = await this.#replicas.kill(replica);
    this.#kills.push(at);
    for (const { tally, run } of open) if (!isOver(run) && run.pid === pid) tally.kills += 1;
    return at;
  }

  /** One after another: nobody is killed while somebody asks for something, and never all at once. */
  undisturbed<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #up(): number {
    return this.#replicas.all.filter((replica) => replica.pid() !== null).length;
  }

  #tallyOf(name: string): Tally {
    const known = this.tallies.get(name) ?? { started: 0, right: 0, lost: 0, twice: 0, kills: 0 };
    this.tallies.set(name, known);
    return known;
  }
}

/** All counts together. */
export function total(tallies: ReadonlyMap<string, Tally>): Tally {
  const sum = (of: keyof Tally) => [...tallies.values()].reduce((all, tally) => all + tally[of], 0);
  return {
    started: sum('started'),
    right: sum('right'),
    lost: sum('lost'),
    twice: sum('twice'),
    kills: sum('kills'),
  };
}

/** The counts, a line for each kind of work and one for all. */
export function countsOf(tallies: ReadonlyMap<string, Tally>): readonly string[] {
  const line = (name: string, tally: Tally) =>
    `${name}: ${tally.started} started, ${tally.right} ended right, ${tally.lost} lost, ${tally.twice} done twice, killed ${tally.kills} times`;
  return [...[...tallies].map(([name, tally]) => line(name, tally)), line('all', total(tallies))];
}

function isOver({ state }: WatchedRun): boolean {
  return state !== 'awaiting-approval' && state !== 'running';
}

function boundaryOf({ state, steps, percent }: WatchedRun): string {
  const share = percent === null ? [] : [`${percent} %`];
  return [state, ...share, ...steps.filter((step) => !step.endsWith('pending'))].join(', ');
}

/** What is in the one and not in the other, each as often as it is there more. */
function surplus(some: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return some.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Throws when it has been shown the same for too long. */
function impatient(what: string): (seen: string) => void {
  let last = { seen: '', since: Date.now() };
  return (seen) => {
    if (seen !== last.seen) last = { seen, since: Date.now() };
    if (Date.now() - last.since > STUCK) throw new Error(`${what} stays at: ${seen}`);
  };
}
