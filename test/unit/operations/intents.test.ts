import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StepContext } from '../../../integrations/target.ts';
import type { OperationView } from '../../../src/domain/operation.ts';
import { createOperationsWorld, deployToStaging, type OperationsWorld } from '../../support/operations.ts';

const ended = ({ operation }: OperationView) => operation.endedAt !== null;

describe('what a step is about to ask for', () => {
  let world: OperationsWorld;
  let deliveries = 0;
  beforeAll(async () => {
    world = await createOperationsWorld();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await world.context.database.query('drop trigger if exists refuse on slipway.intents');
    world.staging.script.clear();
  });
  afterAll(() => world.stop());

  /** Deploys to a target that does this in its step “move”. */
  async function deploy(work: (step: StepContext) => Promise<void>): Promise<OperationView> {
    world.staging.script.set('move', async (step) => {
      await work(step);
      return { phase: 'succeeded', message: 'moved' };
    });
    deliveries += 1;
    return world.until(await deployToStaging(world, `cmd:intents-${deliveries}`), ended);
  }

  it('waits for the database, whose errors do not fail the step', async () => {
    await refuseTwice(world);
    const seen: unknown[] = [];
    const { operation } = await deploy(async ({ intents }) => {
      seen.push(await intents.declare('create'), (await intents.since('create')) !== null);
      await intents.withdraw('create');
      seen.push(await intents.since('create'));
    });
    expect(operation.state).toBe('succeeded');
    expect(seen).toEqual([null, true, null]);
  });

  it('is declared for the first time also where the database stored it and its answer was lost', async () => {
    const seen: unknown[] = [];
    const { operation } = await deploy(async ({ intents }) => {
      loseAnswer(world);
      seen.push(await intents.declare('create'));
      seen.push((await intents.declare('create')) !== null);
    });
    expect(operation.state).toBe('succeeded');
    expect(seen).toEqual([null, true]);
  });

  it('fails the step when the target itself is not to be reached, which is no outage of the database', async () => {
    const { operation } = await deploy(() => Promise.reject(refusedConnection()));
    expect(operation).toMatchObject({ state: 'undone', outcome: { step: 'Do move', problem: 'invalid' } });
  });
});

function refusedConnection(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
}

/** The next two declarations find a full disk. */
async function refuseTwice({ context: { database } }: OperationsWorld): Promise<void> {
  await database.query('create sequence slipway.refused');
  await database.query(`
    create function slipway.refuse() returns trigger language plpgsql as $$
    begin
      if nextval('slipway.refused') <= 2 then
        raise exception 'no space left on device' using errcode = '53100';
      end if;
      return new;
    end $$`);
  await database.query(
    'create trigger refuse before insert on slipway.intents for each row execute function slipway.refuse()',
  );
}

/** The next declaration is stored, and the connection is gone before that is said. */
function loseAnswer({ context: { database } }: OperationsWorld): void {
  const query = database.query.bind(database);
  let lost = false;
  vi.spyOn(database, 'query').mockImplementation(async (text: string, values: unknown[]) => {
    const answer = await query(text, values);
    if (lost || !/^insert into slipway.intents/.test(text)) return answer;
    lost = true;
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  });
}
