import { describe, expect, it } from 'vitest';
import { ACME, expectProblem, inPath, NOBODY, nvcfServer } from '../../support/nvcf-client.ts';
import { withoutObjects } from '../../support/seeds.ts';
import { START } from '../../support/server.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
let names = 0;
const orderWith = (more: object = {}) => ({
  endpoint: 'https://telemetry.acme.test',
  protocol: 'HTTP',
  provider: 'PROMETHEUS',
  types: ['METRICS'],
  secret: { name: `telemetry-${++names}`, value: 'telemetry-pass-word' },
  ...more,
});

const server = await nvcfServer();
const { acme, globex } = server;
const createTelemetry = async (more: object = {}, caller = acme) => {
  const { body, status } = await caller('POST telemetries', orderWith(more));
  expect(status, JSON.stringify(body)).toBe(200);
  return body.telemetry;
};

describe('a telemetry endpoint', () => {
  it('is created with 200, and returned without its secret', async () => {
    const { status, body } = await acme('POST telemetries', {
      ...orderWith({ protocol: 'GRPC', types: ['LOGS', 'TRACES'] }),
      secret: { name: 'traces', value: { token: 'telemetry-pass-word' } },
      color: 'red',
    });

    expect(status).toBe(200);
    expect(body).toEqual({
      telemetry: {
        telemetryId: expect.stringMatching(UUID),
        name: 'traces',
        endpoint: 'https://telemetry.acme.test',
        protocol: 'GRPC',
        provider: 'PROMETHEUS',
        types: ['LOGS', 'TRACES'],
        createdAt: new Date(START).toISOString(),
      },
    });
    expect((await acme(`GET telemetries/${body.telemetry.telemetryId}`)).body).toEqual(body);
    expect((await acme('GET telemetries')).body.telemetries).toContainEqual(body.telemetry);
    expect(JSON.stringify((await acme('GET telemetries')).body)).not.toContain('telemetry-pass-word');
  });

  it('is created by only one of several concurrent requests with the same name', async () => {
    const secret = { name: 'taken', value: 'telemetry-pass-word' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => acme('POST telemetries', orderWith({ secret }))));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const detail = expect.stringContaining("'taken'");
    expectProblem(await acme('POST telemetries', orderWith({ secret })), 'POST telemetries', 409, detail);
    await createTelemetry({ secret }, globex);
  });

  it('is deleted with 204, and not found afterwards', async () => {
    const { telemetryId } = await createTelemetry();
    const request = `DELETE telemetries/${telemetryId}`;
    const { status, body } = await acme(request);
    const detail = `Telemetry id '${telemetryId}': Not found in account '${ACME}'`;

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expectProblem(await acme(request), request, 404, detail);
    expectProblem(await acme(`GET telemetries/${telemetryId}`), `GET telemetries/${telemetryId}`, 404, detail);
  });

  it.each([
    ['logsTelemetryId', 'LOGS'],
    ['metricsTelemetryId', 'METRICS'],
    ['tracesTelemetryId', 'TRACES'],
  ])('is not deleted while a function uses it as %s', async (member, type) => {
    const { telemetryId } = await createTelemetry({ types: [type] });
    const place = await server.create({ telemetries: { [member]: telemetryId.toUpperCase() } });
    const request = `DELETE telemetries/${telemetryId}`;

    expectProblem(await acme(request), request, 400, expect.stringContaining(`'${telemetryId}'`));
    expect((await acme(`GET telemetries/${telemetryId}`)).status).toBe(200);
    await acme(`DELETE ${inPath(place)}`);
    expect((await acme(request)).status).toBe(204);
  });

  it.each(['GET', 'DELETE'])('of another account is not found by %s', async (method) => {
    const { telemetryId } = await createTelemetry({}, globex);
    for (const id of [telemetryId, NOBODY]) {
      const request = `${method} telemetries/${id}`;
      expectProblem(await acme(request), request, 404, `Telemetry id '${id}': Not found in account '${ACME}'`);
    }
    expect((await globex(`GET telemetries/${telemetryId}`)).status).toBe(200);
  });
});

it('an account has at most 25 telemetry endpoints', async () => {
  const world = await nvcfServer({}, { seed: withoutObjects });
  const answers = await Promise.all(Array.from({ length: 27 }, () => world.acme('POST telemetries', orderWith())));
  const { telemetries } = (await world.acme('GET telemetries')).body;

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(25);
  expect(telemetries).toHaveLength(25);
  const detail = expect.stringContaining('25');
  expectProblem(await world.acme('POST telemetries', orderWith()), 'POST telemetries', 400, detail);
  await world.acme(`DELETE telemetries/${telemetries[0].telemetryId}`);
  expect((await world.acme('POST telemetries', orderWith())).status).toBe(200);
  expect((await world.globex('GET telemetries')).body).toEqual({ telemetries: [] });
});
