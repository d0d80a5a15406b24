import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/lib/log.ts';
import {
  ACME,
  DEFINITION,
  expectInvalid,
  expectProblem,
  inPath,
  NOBODY,
  nvcfServer,
  placeOf,
} from '../../support/nvcf-client.ts';

const log: string[] = [];
const server = await nvcfServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line)) },
);
const { acme, create } = server;
const hidden = placeOf('private');

const readNames = async (place: Parameters<typeof inPath>[0]) =>
  (await acme(`GET ${inPath(place)}`)).body.function.secrets;

describe('secrets of a function', () => {
  it('are set with 204, only their names are returned, and others are kept as in the published code', async () => {
    const place = await create({ secrets: ['KEPT', 'OLD'].map((name) => ({ name, value: 'v' })) });
    const request = `PUT secrets/${inPath(place)}`;
    const secrets = [
      { name: 'OLD', value: 'text' },
      { name: 'NEW', value: { nested: { deep: 'object' } } },
    ];
    const { status, body } = await acme(request, { secrets });

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expect((await readNames(place)).sort()).toEqual(['KEPT', 'NEW', 'OLD']);
  });

  it('are not updated with an empty list or duplicate names', async () => {
    const place = await create({ secrets: [{ name: 'OLD', value: 'v' }] });
    const request = `PUT secrets/${inPath(place)}`;
    const duplicates = [
      { name: 'A', value: 'v' },
      { name: 'A', value: 'w' },
    ];
    const subject = `Function id '${place.functionId}', version '${place.versionId}'`;

    expectProblem(await acme(request, { secrets: [] }), request, 400, `${subject}: Missing secrets in the payload`);
    const detail = `${subject}: Duplicate secrets keys in the payload`;
    expectProblem(await acme(request, { secrets: duplicates }), request, 400, detail);
    expect(await readNames(place)).toEqual(['OLD']);
  });

  it('are not added to a function that is not INACTIVE', async () => {
    const place = await server.deployed();
    const request = `PUT secrets/${inPath(place)}`;

    expectProblem(
      await acme(request, { secrets: [{ name: 'A', value: 'v' }] }),
      request,
      400,
      `Function id '${place.functionId}', version '${place.versionId}': Add secrets only when the function is 'INACTIVE'`,
    );
  });
});

describe('the secret of a telemetry', () => {
  it('is replaced with 204', async () => {
    const { body } = await acme('POST telemetries', {
      endpoint: 'https://logs.test',
      protocol: 'HTTP',
      provider: 'SPLUNK',
      types: ['LOGS'],
      secret: { name: 'splunk', value: 'v' },
    });
    const request = `PUT secrets/telemetries/${body.telemetry.telemetryId}`;
    const answer = await acme(request, { secret: { name: 'splunk', value: { token: 'w' } } });

    expect({ status: answer.status, body: answer.body }).toEqual({ status: 204, body: undefined });
    expectInvalid(await acme(request, {}), request, 'secret');
    expectInvalid(await acme(request, { secret: { name: 'splunk' } }), request, 'value');
    expect((await server.globex(request, { secret: { name: 'splunk', value: 'v' } })).status).toBe(404);
    const updater = await server.withScopes(['update_secrets'], { type: 'All Entity' });
    expect((await updater(request, { secret: { name: 'splunk', value: 'v' } })).status).toBe(204);
  });

  it('is not found for an unknown telemetry', async () => {
    const request = `PUT secrets/telemetries/${NOBODY}`;
    const body = { secret: { name: 'a', value: 'v' } };

    expectProblem(await acme(request, body), request, 404, `Telemetry id '${NOBODY}': Not found in account '${ACME}'`);
  });
});

it('values of secrets appear in no response, decision, hint or log line', async () => {
  const answers: unknown[] = [];
  const call = async (request: string, body?: unknown) => {
    const answer = await acme(request, body);
    answers.push([answer.body, answer.headers]);
    return answer.body;
  };
  let count = 0;
  const nextSecret = (name = 'N') => ({ name, value: `TOPSECRET-${++count}` });
  const nextInvalidSecret = () => ({ name: 'N'.repeat(49), value: { inner: `TOPSECRET-${++count}` } });

  const createdFunction = await call('POST functions', { ...DEFINITION, secrets: [nextSecret()] });
  const place = { functionId: createdFunction.function.id, versionId: createdFunction.function.versionId };
  await call('POST functions', { ...DEFINITION, name: '-', secrets: [nextSecret()] });
  await call('POST functions', { ...DEFINITION, secrets: [nextInvalidSecret()] });
  await call(`POST functions/${place.functionId}/versions`, { ...DEFINITION, secrets: [nextSecret()] });
  await call(`PUT secrets/${inPath(place)}`, { secrets: [nextSecret()] });
  await call(`PUT secrets/${inPath(place)}`, { secrets: [nextInvalidSecret()] });
  await call(`PUT secrets/${inPath(place)}`, `{"secrets":[{"name":"N","value":"TOPSECRET-${++count}"`);
  await call(`PUT secrets/${inPath(hidden)}`, { secrets: [nextSecret()] });
  const telemetry = { endpoint: 'https://a.test', protocol: 'HTTP', provider: 'DATADOG', types: ['LOGS'] };
  const { telemetryId } = (await call('POST telemetries', { ...telemetry, secret: nextSecret('t') })).telemetry;
  await call('POST telemetries', { ...telemetry, secret: nextSecret('t') });
  await call('POST telemetries', { ...telemetry, provider: 'NOBODY', secret: nextSecret('t') });
  await call(`PUT secrets/telemetries/${telemetryId}`, { secret: nextSecret('u') });
  await call(`PUT secrets/telemetries/${NOBODY}`, { secret: nextSecret('u') });
  const registry = { registryHostname: 'docker.io', artifactTypes: ['CONTAINER'] };
  const nextEncodedSecret = (name: string) => ({
    name,
    value: Buffer.from(`user:${nextSecret().value}`).toString('base64'),
  });
  const created = await call('POST registry-credentials', { ...registry, secret: nextEncodedSecret('r') });
  const id = created.registryCredential.registryCredentialId;
  await call('POST registry-credentials', { ...registry, secret: nextEncodedSecret('r') });
  await call('POST registry-credentials', { ...registry, secret: nextSecret('r') });
  await call('POST registry-credentials', { ...registry, secret: nextInvalidSecret() });
  await call(`PATCH registry-credentials/${id}`, { secret: nextEncodedSecret('s') });
  await call(`PATCH registry-credentials/${id}`, { secret: nextSecret('s'), artifactTypeEnums: ['NONE'] });
  for (const path of [
    'functions',
    inPath(place),
    'telemetries',
    `telemetries/${telemetryId}`,
    'registry-credentials',
    `registry-credentials/${id}`,
    '/_mock/decisions?limit=1000',
    '/_mock/requests?hints=true',
    '/_mock/cast',
    '/_mock/info',
  ]) {
    await call(`GET ${path}`);
  }

  expect(count).toBe(19);
  expect(JSON.stringify(answers)).not.toContain('TOPSECRET');
  expect(JSON.stringify(answers)).not.toContain(Buffer.from('user:TOPSECRET').toString('base64').slice(0, -2));
  expect(log.join('\n')).toContain('/v2/nvcf/functions');
  expect(log.join('\n')).not.toContain('TOPSECRET');
});
