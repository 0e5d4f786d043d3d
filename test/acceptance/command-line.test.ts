import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, runShipped, type TemporaryDirectory, temporaryDirectory } from '../support/processes.ts';

/** Every line but the first two is wrong in a way of its own. */
const TEN_ERRORS = `
slack: { transport: pigeon, incidentChannel: 7 }
roles: { deployer: { users: [ana] } }
environments:
  production: { allow: { deploy: [deployers] }, approval: { approvers: [nobody], required: 0, expires: soon } }
services:
  api:
    image: "https://registry.example/api:latest"
    environments:
      prodution: { target: { kind: cloud-rum, project: p, region: r, service: api } }
surprise: true
`;

describe('the slipway command', () => {
  let directory: TemporaryDirectory;
  let taken: Server;
  let port: string;
  beforeAll(async () => {
    directory = temporaryDirectory();
    port = String(await freePort());
    taken = createServer().listen(Number(port));
  });
  afterAll(() => {
    taken.close();
    directory.remove();
  });

  const file = (name: string, text: string) => {
    const path = `${directory.path}/${name}`;
    writeFileSync(path, text);
    return path;
  };
  const start = (env: Readonly<Record<string, string>>) =>
    runShipped(['start'], {
      SLIPWAY_DATA: `${directory.path}/data`,
      PORT: '0',
      PLAYGROUND_PORT: '0',
      ...env,
    });

  const problems = [
    ...['transport', 'incidentChannel', 'users', 'deployers', 'nobody', 'required', 'expires', 'image'],
    ...['prodution', 'kind', 'surprise'],
  ];

  it('check tells every problem of a config at once', async () => {
    const { code, output } = await runShipped(['check', file('wrong.yaml', TEN_ERRORS)]);
    expect(code).toBe(1);
    for (const problem of problems) expect(output).toContain(problem);
    expect(output).toMatch(/has 1\d problems/);
  });

  it('start tells the same, and starts nothing', async () => {
    const { code, output } = await start({ SLIPWAY_CONFIG: file('wrong.yaml', TEN_ERRORS) });
    expect(code).toBe(2);
    for (const problem of problems) expect(output).toContain(problem);
    expect(output).not.toContain('Slipway ready');
  });

  it('check takes a valid config, and says what is missing when there is none', async () => {
    expect(await runShipped(['check', 'manifests/examples/king-jam.yaml'])).toMatchObject({ code: 0 });
    expect(await runShipped(['check', `${directory.path}/nothing.yaml`])).toMatchObject({
      code: 2,
      output: expect.stringContaining('nothing.yaml'),
    });
    expect(await runShipped(['check', file('broken.yaml', 'a: [1,\n b: }')])).toMatchObject({ code: 1 });
  });

  it('schema prints JSON, and an unknown command is refused', async () => {
    const { code, output } = await runShipped(['schema']);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toHaveProperty('properties.services');
    expect(await runShipped(['strat'])).toMatchObject({ code: 2, output: expect.stringContaining('strat') });
  });

  it('start says which port is in use, and by which variable it is changed', async () => {
    expect(await start({ PORT: port })).toMatchObject({
      code: 2,
      output: expect.stringContaining(`Port ${port} is in use. Set PORT to another one.`),
    });
    expect(await start({ PLAYGROUND_PORT: port })).toMatchObject({
      code: 2,
      output: expect.stringContaining(`Port ${port} is in use. Set PLAYGROUND_PORT to another one.`),
    });
  });

  it('start tells everything that is wrong with the environment at once, and no secret', async () => {
    const { code, output } = await start({
      PORT: 'many',
      LOG_LEVEL: 'loud',
      SLACK_BOT_TOKEN: 'hunter2-is-my-token',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
    });
    expect(code).toBe(2);
    for (const name of ['PORT', 'LOG_LEVEL', 'SLACK_BOT_TOKEN', 'DATABASE_URL'])
      expect(output).toContain(name);
    expect(output).not.toContain('hunter2');
  });

  it('start and doctor say when there is no playground where one should be', async () => {
    const SLIPWAY_PLAYGROUND = `http://127.0.0.1:${await freePort()}`;
    expect(await start({ SLIPWAY_PLAYGROUND })).toMatchObject({
      code: 2,
      output: expect.stringContaining('There is no playground at'),
    });
    const examined = await runShipped(['doctor'], { SLIPWAY_PLAYGROUND, SLIPWAY_DATA: directory.path });
    expect(examined.code).not.toBe(0);
    expect(examined.output).toContain('There is no playground at');
  });
});
