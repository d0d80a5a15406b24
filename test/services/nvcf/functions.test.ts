import { describe, expect, it } from 'vitest';
import { functions as castFunctions } from '../../support/ngc-cast.ts';
import {
  ACME,
  DEFINITION,
  deploy,
  environment,
  expectInvalid,
  expectProblem,
  GLOBEX,
  inPath,
  mediaTypeOf,
  NOBODY,
  nvcfServer,
  placeOf,
  SPECIFICATION,
} from '../../support/nvcf-client.ts';
import { resetTestServer, START } from '../../support/server.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CREATED = new Date(START).toISOString();
const HEALTH = {
  protocol: 'HTTP',
  uri: '/v2/health/ready',
  port: 8000,
  timeout: 'PT10S',
  expectedStatusCode: 200,
};

const MODEL = { name: 'm', version: '1', uri: '/m' };

const server = await nvcfServer();
/** A server that tests reset to the built-in cast. */
const resettable = await nvcfServer();
const { acme, globex, create } = server;
const echo = placeOf('echo');
const [llama, translate, hidden] = [placeOf('llama'), placeOf('translate'), placeOf('private')];

const read = async (place = echo, caller = acme) => (await caller(`GET ${inPath(place)}`)).body.function;

describe('creating a function', async () => {
  const { acme, globex, create } = await resetTestServer(resettable);
  const createTelemetry = async (type: string, caller = acme) => {
    const endpoint = { endpoint: 'https://t.test', protocol: 'HTTP', provider: 'SPLUNK', types: [type] };
    const { body } = await caller('POST telemetries', { ...endpoint, secret: { name: type, value: 'x' } });
    return body.telemetry.telemetryId;
  };
  it('returns 200 with an inactive function and the default values', async () => {
    const { status, body, headers } = await acme('POST functions', DEFINITION);

    expect(status).toBe(200);
    expect(mediaTypeOf({ headers })).toBe('application/json');
    expect(body).toEqual({
      function: {
        ...DEFINITION,
        id: expect.stringMatching(UUID),
        versionId: expect.stringMatching(UUID),
        ncaId: ACME,
        status: 'INACTIVE',
        createdAt: CREATED,
        functionType: 'DEFAULT',
        health: HEALTH,
        healthUri: '/v2/health/ready',
      },
    });
    expect(body.function.id).not.toBe(body.function.versionId);
    expect((await acme(`GET functions/${body.function.id}/versions`)).body.functions).toEqual([body.function]);
  });

  it('stores every documented member, and returns no secret', async () => {
    const definition = {
      name: 'everything',
      inferenceUrl: '/everything',
      inferencePort: 8080,
      health: { protocol: 'gRPC', uri: '/up', port: 9000, timeout: 'PT1M', expectedStatusCode: 204 },
      containerImage: 'nvcr.io/acme/everything:2',
      containerArgs: '--all',
      ...environment({ LEVEL: 'debug' }),
      models: [
        {
          name: 'm',
          version: '1',
          uri: '/m',
          llmConfig: {
            uris: ['/v1/chat/completions'],
            tokenRateLimit: '10-M,5-W',
            tokenizer: 't',
            routingMethod: 'Round_Robin',
          },
        },
        { name: 'remote', llmConfig: { uris: ['/v1/responses'] } },
      ],
      resources: [{ name: 'r', version: '2', uri: '/r' }],
      apiBodyFormat: 'CUSTOM',
      tags: ['one', 'two'],
      description: 'does everything',
      functionType: 'LLM',
      rateLimit: {
        rateLimit: '10-S,100-M',
        exemptedNcaIds: [GLOBEX],
        perNcaIdRate: { [ACME]: '1-D' },
        syncCheck: true,
        perUserRate: '5-H',
      },
      llmInvocationConfig: { priority: { defaultPriority: 3, perAccountPriority: { [GLOBEX]: 0 } } },
      telemetries: { logsTelemetryId: await createTelemetry('LOGS') },
    };
    const secrets = [{ name: 'TOKEN', value: 'everything-is-secret' }];
    const { body } = await acme('POST functions', { ...definition, secrets });

    expect(body.function).toMatchObject(definition);
    expect(body.function.healthUri).toBe('/up');
    expect(JSON.stringify(body)).not.toContain('everything-is-secret');
  });

  it('uses the deprecated `healthUri` as `health.uri`', async () => {
    const definition = { ...DEFINITION, healthUri: '/alive' };
    const { body } = await acme('POST functions', definition);
    const withHealth = await acme('POST functions', { ...definition, health: { ...HEALTH, uri: '/up' } });

    expect(body.function).toMatchObject({ healthUri: '/alive', health: { ...HEALTH, uri: '/alive' } });
    expect(withHealth.body.function).toMatchObject({ healthUri: '/up', health: { ...HEALTH, uri: '/up' } });
  });

  it('derives the health check from the inference URL and port', async () => {
    const health = async (definition: object) => (await read(await create({ ...definition }), acme)).health;

    expect(await health({ inferencePort: 9000 })).toEqual({ ...HEALTH, port: 9000 });
    expect(await health({ inferenceUrl: '/grpc' })).toEqual({ ...HEALTH, protocol: 'gRPC' });
  });

  it('ignores an empty health timeout, which nvcf-cli sends without `--health-timeout`', async () => {
    expect((await read(await create({ health: { ...HEALTH, timeout: '' } }), acme)).health).toEqual(HEALTH);
  });

  it('rejects telemetries of another account or of another type', async () => {
    const metrics = await createTelemetry('METRICS');
    const sent = async (telemetries: object) => {
      const { status, body } = await acme('POST functions', { ...DEFINITION, telemetries });
      return { status, detail: body.detail };
    };

    const others = await createTelemetry('METRICS', globex);
    for (const id of [NOBODY, others]) {
      const absent = `Account '${ACME}' Telemetry '${id}': Not found`;
      expect(await sent({ metricsTelemetryId: id })).toEqual({ status: 404, detail: absent });
    }
    expect(await sent({ tracesTelemetryId: metrics })).toEqual({ status: 400, detail: 'Invalid telemetry type' });
    expect((await sent({ metricsTelemetryId: metrics.toUpperCase() })).status).toBe(200);
  });

  it('ignores unknown members, also nested', async () => {
    const place = await create({
      color: 'red',
      status: 'ACTIVE',
      id: NOBODY,
      health: { ...HEALTH, port: 1, mood: 'good' },
      models: [{ name: 'm', version: '1', uri: '/m', weight: 5, llmConfig: { uris: ['/v1/responses'], size: 7 } }],
    });
    const returned = await read(place, acme);

    expect(returned).toMatchObject({ status: 'INACTIVE', health: { ...HEALTH, port: 1 }, models: [{ name: 'm' }] });
    expect(returned.models[0].llmConfig).toEqual({ uris: ['/v1/responses'] });
    expect(JSON.stringify(returned)).not.toMatch(/color|mood|weight/);
    expect(returned.id).not.toBe(NOBODY);
  });

  it.each([
    ['a secret of 32768 characters', { secrets: [{ name: 'n', value: 'v'.repeat(32_768) }] }],
    ['a secret that is an object', { secrets: [{ name: 'n', value: { user: 'u', password: 'p' } }] }],
    ['a health timeout of days and hours', { health: { ...HEALTH, timeout: 'P1DT1H' } }],
    ['a rate for an account', { rateLimit: { perNcaIdRate: { [GLOBEX]: '1-D, 2-H' } } }],
  ])('accepts %s', async (_what, definition) => {
    expect((await acme('POST functions', { ...DEFINITION, ...definition })).status).toBe(200);
  });

  const invalid: [what: string, definition: object, ...words: string[]][] = [
    ['no name', { name: undefined }, 'name'],
    ['an inference port of 0', { inferencePort: 0 }, 'inferencePort'],
    ['an inference port of 65536', { inferencePort: 65_536 }, 'inferencePort'],
    ['a tag of 129 characters', { tags: ['x'.repeat(129)] }, 'tags', '128'],
    ['a description of 257 characters', { description: 'x'.repeat(257) }, 'description', '256'],
    ['an empty secret', { secrets: [{ name: 'n', value: '' }] }, 'secrets', 'value'],
    ['a secret of 32769 characters', { secrets: [{ name: 'n', value: 'v'.repeat(32_769) }] }, 'value', '32768'],
    ['a secret that is a number', { secrets: [{ name: 'n', value: 12_345_678 }] }, 'secrets', 'value'],
    ['a health timeout that is not a duration', { health: { ...HEALTH, timeout: '10s' } }, 'timeout', 'PT10S'],
    ['a health port of 0', { health: { ...HEALTH, port: 0 } }, 'port'],
    ['an image with a space', { containerImage: 'nvcr.io/an image' }, 'containerImage'],
    ['a duplicate resource', { resources: [MODEL, { uri: '/m', version: '1', name: 'm' }] }, 'resources'],
    ['a tag with a space', { tags: ['one two'] }, 'tags'],
    [
      'two secrets with the same name',
      { secrets: ['hush-hush-6', 'hush-hush-7'].map((value) => ({ name: 'n', value })) },
      'secrets',
    ],
    ['a rate limit without a rate', { rateLimit: { syncCheck: true } }, 'perNcaIdRate'],
    ['exemptions without a rate', { rateLimit: { perUserRate: '1-S', exemptedNcaIds: [GLOBEX] } }, 'exemptedNcaIds'],
    [
      'an account that has a rate and is exempted',
      { rateLimit: { rateLimit: '1-S', exemptedNcaIds: [GLOBEX], perNcaIdRate: { [GLOBEX]: '1-S' } } },
      'perNcaIdRate',
    ],
    ...['1-S,2-S', '0-S', '10-W', '10-S,'].map((rate): [string, object, string] => [
      `the rate ${rate} for an account`,
      { rateLimit: { perNcaIdRate: { [GLOBEX]: rate } } },
      'perNcaIdRate',
    ]),
    [
      'a deploy time that is not a duration',
      environment({ NV_AUTH_MOCK_DEPLOY_TIME: 'soon' }),
      'NV_AUTH_MOCK_DEPLOY_TIME',
    ],
    ['an invoke time without a unit', environment({ NV_AUTH_MOCK_INVOKE_TIME: '5' }), 'NV_AUTH_MOCK_INVOKE_TIME'],
    ['an answer that is not JSON', environment({ NV_AUTH_MOCK_ANSWER: '{' }), 'NV_AUTH_MOCK_ANSWER'],
  ];

  it.each(invalid)('rejects %s', async (_what, definition, ...words) => {
    const answer = await acme('POST functions', { ...DEFINITION, ...definition });

    expectInvalid(answer, 'POST functions', ...words);
    expect(answer.decision).toBeNull();
    expect(answer.body.detail).not.toMatch(/hush-hush|12345678|vvvvv/);
  });

  const PAIR =
    "Invalid request: Either both or none of 'helmChart' and 'helmChartServiceName' properties must be specified";
  const both = (name: string) =>
    `Invalid request: Cannot specify both '${name}' and 'helmChart' properties in the payload`;
  const CHART = { containerImage: undefined, helmChart: 'c', helmChartServiceName: 's' };
  const FILES = "Invalid request: non-LLM function models must specify both 'version' and 'uri'";
  const NO_CONTENT =
    "Invalid request: One of the following properties 'containerImage', 'models', or 'helmChart' must be specified in the payload";

  it.each<[what: string, definition: object, text: string]>([
    ['no content', { containerImage: undefined }, NO_CONTENT],
    ['no content, and an empty list of models', { containerImage: undefined, models: [] }, NO_CONTENT],
    ['a chart with an image', { ...CHART, containerImage: 'nvcr.io/image:1' }, both('containerImage')],
    ['a chart with arguments', { ...CHART, containerArgs: '-v' }, both('containerArgs')],
    ['a chart with an environment', { ...CHART, ...environment({ A: 'b' }) }, both('containerEnvironment')],
    ['a chart without a service name', { ...CHART, helmChartServiceName: undefined }, PAIR],
    ['a blank service name', { ...CHART, helmChartServiceName: ' ' }, PAIR],
    ['a service name without a chart', { helmChartServiceName: 's' }, PAIR],
    [
      'two models with the same name',
      { models: [MODEL, { ...MODEL, version: '2' }] },
      "Invalid request: duplicate model names are not allowed in 'models'",
    ],
    ['a model without a version', { models: [{ name: 'm', uri: '/m' }] }, FILES],
    [
      'an empty health address',
      { health: { ...HEALTH, uri: '' } },
      'Invalid request: Health URI cannot be empty/null in the create function payload\n',
    ],
    [
      'empty telemetries',
      { telemetries: {} },
      'Invalid request: Telemetry object must have at least one UUID specified.',
    ],
    [
      'an LLM function without models',
      { functionType: 'LLM' },
      "Invalid request: 'models' must be specified when functionType is LLM",
    ],
    [
      'an LLM configuration for another type',
      { llmInvocationConfig: {} },
      'Only LLM functions support llmInvocationConfig',
    ],
  ])('rejects %s with the text of the published code', async (_what, definition, text) => {
    for (const request of ['POST functions', `POST functions/${echo.functionId}/versions`]) {
      expectProblem(await acme(request, { ...DEFINITION, ...definition }), request, 400, text);
    }
  });

  it('accepts enumerated values in any case, as the vendor does', async () => {
    const { status } = await acme('POST functions', { ...DEFINITION, functionType: 'streaming' });

    expect(status).toBe(200);
  });
});

describe('the limit of 50 functions per account', () => {
  const limit = `Account '${ACME}': Limit of 50 functions reached`;
  const countFunctions = async (caller: typeof acme) =>
    (await caller('GET functions/ids?visibility=private')).body.functionIds.length;

  it('does not include versions, and permits new functions after a deletion', async () => {
    const world = await resetTestServer(resettable);
    const { functionId } = await world.create();
    while ((await countFunctions(world.acme)) < 50) await world.create();

    expectProblem(await world.acme('POST functions', DEFINITION), 'POST functions', 400, limit);
    const version = await world.acme(`POST functions/${functionId}/versions`, DEFINITION);
    expect(version.status).toBe(200);
    for (const { versionId } of (await world.acme(`GET functions/${functionId}/versions`)).body.functions) {
      await world.acme(`DELETE ${inPath({ functionId, versionId })}`);
    }
    expect((await world.acme('POST functions', DEFINITION)).status).toBe(200);
    expect((await world.acme('POST functions', DEFINITION)).status).toBe(400);
    expect((await world.globex('POST functions', DEFINITION)).status).toBe(200);
  });

  it('is not exceeded by concurrent requests', async () => {
    const world = await resetTestServer(resettable);
    await Promise.all(Array.from({ length: 60 }, () => world.acme('POST functions', DEFINITION)));

    expect(await countFunctions(world.acme)).toBe(50);
  });
});

describe('versions of a function', () => {
  it('have their own definitions, and are listed with the oldest first', async () => {
    const first = await create({ name: 'versioned' });
    const { status, body } = await acme(`POST functions/${first.functionId}/versions`, {
      ...DEFINITION,
      name: 'versioned',
      inferenceUrl: '/second',
    });

    expect(status).toBe(200);
    expect(body.function).toMatchObject({ id: first.functionId, status: 'INACTIVE', inferenceUrl: '/second' });
    expect(body.function.versionId).not.toBe(first.versionId);
    const { functions } = (await acme(`GET functions/${first.functionId}/versions`)).body;
    expect(functions.map(({ versionId }: { versionId: string }) => versionId)).toEqual([
      first.versionId,
      body.function.versionId,
    ]);
  });
});

describe('lists of functions', () => {
  it('that have only ids or shared accounts are returned, however large the functions are', async () => {
    const { acme, create } = await resetTestServer(resettable);
    const containerEnvironment = Array.from({ length: 900 }, (_, at) => ({
      key: `KEY_${at}`,
      value: 'x'.repeat(1000),
    }));
    for (let number = 0; number < 10; number += 1) await create({ name: `large-${number}`, containerEnvironment });
    const requests = ['functions', 'functions/ids', 'authorizations/functions'];
    const statuses = await Promise.all(requests.map(async (request) => (await acme(`GET ${request}`)).status));

    expect(statuses).toEqual([507, 200, 200]);
  });

  const own = ['echo', 'slow', 'summarize', 'reports', 'reports-too', 'retired', 'spare'];
  it.each([
    ['visibility=private', own],
    ['visibility=authorized', ['translate']],
    ['visibility=public', ['llama']],
    ['visibility=private&visibility=public', ['llama', ...own]],
    ['visibility=public,authorized', ['llama', 'translate']],
    ['visibility=public&visibility=public', ['llama']],
    ['', ['llama', 'translate', ...own]],
  ])('are filtered by `%s`', async (query, names) => {
    const world = await resetTestServer(resettable);
    const { functions } = (await world.acme(`GET functions?${query}`)).body;
    const { functionIds } = (await world.acme(`GET functions/ids?${query}`)).body;
    const expected = castFunctions.filter(({ name }) => names.includes(name));

    expect(functions.map(({ versionId }: { versionId: string }) => versionId).sort()).toEqual(
      expected.map(({ versionId }) => versionId).sort(),
    );
    expect(functionIds.sort()).toEqual([...new Set(expected.map(({ functionId }) => functionId))].sort());
  });

  it.each(['GET functions?visibility=private,hidden', 'GET functions/ids?visibility='])(
    'reject %s',
    async (request) => {
      expectInvalid(await acme(request), request, 'visibility', 'authorized', 'private', 'public');
    },
  );

  it('of versions are not found for an unknown function and a function of another account', async () => {
    for (const id of [hidden.functionId, NOBODY]) {
      const request = `GET functions/${id}/versions`;
      expectProblem(await acme(request), request, 404, `Function id '${id}': Not found in account '${ACME}'`);
    }
    expect((await globex(`GET functions/${hidden.functionId}/versions`)).status).toBe(200);
  });
});

describe('functions of other accounts', () => {
  const ownersOnly = [
    'inferenceUrl',
    'inferencePort',
    'containerArgs',
    'containerEnvironment',
    'containerImage',
    'models',
    'resources',
    'helmChart',
    'helmChartServiceName',
    'activeInstances',
    'secrets',
    'rateLimit',
  ];

  it.each([translate, llama])(
    'have `ownedByDifferentAccount`, and omit members that only owners see (%#)',
    async (place) => {
      const { functions } = (await acme('GET functions')).body;
      const listed = functions.find(({ versionId }: { versionId: string }) => versionId === place.versionId);
      const single = await read(place);
      const [version] = (await acme(`GET functions/${place.functionId}/versions`)).body.functions;

      for (const returned of [listed, single, version]) {
        expect(returned).toMatchObject({ ownedByDifferentAccount: true, ncaId: GLOBEX, status: 'ACTIVE' });
        for (const member of ownersOnly) expect(returned).not.toHaveProperty(member);
      }
    },
  );

  it('omit members that only owners see, with every kind of content', async () => {
    const place = await create({
      inferencePort: 1,
      containerArgs: 'a',
      ...environment({ A: 'b' }),
      models: [MODEL],
      resources: [MODEL],
      rateLimit: { rateLimit: '1-S' },
      secrets: [{ name: 'S', value: 'kept-from-others' }],
      description: 'told',
      tags: ['told'],
    });
    const chart = await create({ containerImage: undefined, helmChart: 'c', helmChartServiceName: 's' });
    for (const { functionId } of [place, chart]) {
      await acme(`POST authorizations/functions/${functionId}`, { authorizedParties: [{ ncaId: GLOBEX }] });
    }
    await deploy(acme, place);

    expect(await read(place, globex)).toMatchObject({ description: 'told', tags: ['told'], status: 'ACTIVE' });
    for (const member of ownersOnly) {
      expect(await read(place, globex)).not.toHaveProperty(member);
      expect(await read(chart, globex)).not.toHaveProperty(member);
    }
  });
});

describe('a request for a single version', () => {
  const DEPLOYMENT = { deploymentSpecifications: [SPECIFICATION] };
  it.each([
    ['GET functions/{f}/versions/{v}', undefined],
    ['GET queues/functions/{f}/versions/{v}', undefined],
    ['PUT functions/{f}/versions/{v}', { tags: [] }],
    ['DELETE functions/{f}/versions/{v}', undefined],
    ['PUT metadata/functions/{f}/versions/{v}', { tags: [] }],
    ['PUT ratelimit/functions/{f}/versions/{v}', { rateLimit: { rateLimit: '1-S' } }],
    ['DELETE ratelimit/functions/{f}/versions/{v}', undefined],
    ['PUT secrets/functions/{f}/versions/{v}', { secrets: [{ name: 'A', value: 'v' }] }],
    ['GET deployments/functions/{f}/versions/{v}', undefined],
    ['POST deployments/functions/{f}/versions/{v}', DEPLOYMENT],
    ['PUT deployments/functions/{f}/versions/{v}', DEPLOYMENT],
    ['DELETE deployments/functions/{f}/versions/{v}', undefined],
  ])('%s returns 404 if the version is unknown, of another function or of another account', async (template, body) => {
    const summarize = placeOf('summarize');
    const places = [
      { functionId: NOBODY, versionId: NOBODY },
      { functionId: echo.functionId, versionId: NOBODY },
      { functionId: NOBODY, versionId: echo.versionId },
      { functionId: echo.functionId, versionId: summarize.versionId },
      hidden,
      ...(/^GET (functions|queues)/.test(template) ? [] : [translate, llama]),
    ];
    for (const { functionId, versionId } of places) {
      const request = template.replace('{f}', functionId).replace('{v}', versionId);
      const detail = `Function id '${functionId}', version '${versionId}': Not found in account '${ACME}'`;
      expectProblem(await acme(request, body), request, 404, detail);
    }
    expect((await acme(`GET ${inPath(echo)}`)).status).toBe(200);
  });
});

describe('List Function Details', async () => {
  const secrets = [
    { name: 'ONE', value: 'the-first-value' },
    { name: 'TWO', value: { inner: 'the-second-value' } },
  ];
  const place = await create({ secrets });
  await acme(`POST deployments/${inPath(place)}`, {
    deploymentSpecifications: [{ ...SPECIFICATION, minInstances: 2, maxInstances: 3, backend: 'acme-1' }],
  });
  const details = await server.withScopes(['list_functions_details']);
  const plain = await server.withScopes(['list_functions']);

  it('adds instances and names of secrets to a single version', async () => {
    const returned = await read(place, details);

    expect(returned.secrets).toEqual(['ONE', 'TWO']);
    expect(returned.activeInstances).toHaveLength(2);
    for (const instance of returned.activeInstances) {
      expect(instance).toMatchObject({
        instanceId: expect.any(String),
        functionId: place.functionId,
        functionVersionId: place.versionId,
        instanceType: SPECIFICATION.instanceType,
        ncaId: ACME,
        gpu: SPECIFICATION.gpu,
        backend: 'acme-1',
      });
    }
    expect(await read(place)).toEqual(returned);
  });

  it('is not implied by List Functions', async () => {
    const returned = await read(place, plain);

    expect(returned).not.toHaveProperty('secrets');
    expect(returned).not.toHaveProperty('activeInstances');
    const { secrets: _, activeInstances: __, ...rest } = await read(place, details);
    expect(returned).toEqual(rest);
  });

  it('omits names of secrets with includeSecrets=false', async () => {
    const { body } = await details(`GET ${inPath(place)}?includeSecrets=false`);

    expect(body.function).not.toHaveProperty('secrets');
    expect(body.function.activeInstances).toHaveLength(2);
    expect((await details(`GET ${inPath(place)}?includeSecrets=true`)).body.function.secrets).toEqual(['ONE', 'TWO']);
  });

  it('adds nothing to lists', async () => {
    const lists = await Promise.all([details('GET functions'), details(`GET functions/${place.functionId}/versions`)]);

    for (const { body } of lists) {
      expect(JSON.stringify(body)).not.toMatch(/activeInstances|"secrets"/);
    }
  });

  it('returns no instances of a version that is not active', async () => {
    const inactive = await create();
    const rising = await create(environment({ NV_AUTH_MOCK_DEPLOY_TIME: '1h' }));
    await deploy(acme, rising);

    expect((await read(inactive, details)).activeInstances).toEqual([]);
    expect((await read(rising, details)).activeInstances).toEqual([]);
    expect((await read(inactive, details)).secrets).toEqual([]);
  });
});

describe('updating a version', () => {
  it('changes only the members that are sent', async () => {
    const place = await create({ tags: ['before'], description: 'stays' });
    const request = `PUT ${inPath(place)}`;
    const tagged = await acme(request, { tags: ['after'], description: 'ignored', name: 'ignored' });
    const limited = await acme(request, { rateLimit: { rateLimit: '5-M' } });

    expect(tagged.status).toBe(200);
    expect(tagged.body.function).toMatchObject({ name: 'made', tags: ['after'], description: 'stays' });
    expect(limited.body.function).toMatchObject({ tags: ['after'], rateLimit: { rateLimit: '5-M' } });
    expect(limited.body.function).toEqual(expect.objectContaining({ versionId: place.versionId }));
    expect(await read(place)).toMatchObject(limited.body.function);
  });

  it.each([
    ['an empty body', {}, ['tags', 'rateLimit', 'modelUpdates', 'llmInvocationConfig']],
    ['an empty list of model updates', { modelUpdates: [] }, ['modelUpdates']],
    ['a rate limit without a rate', { rateLimit: {} }, ['perUserRate']],
    ['a model update without a model name', { modelUpdates: [{ llmConfig: {} }] }, ['modelName']],
  ])('rejects %s', async (_what, body, words) => {
    const request = `PUT ${inPath(echo)}`;

    expectInvalid(await acme(request, body), request, ...words);
  });

  it('at the older paths returns 200 for metadata, and 204 to set or delete a rate limit', async () => {
    const place = await create();
    const metadata = await acme(`PUT metadata/${inPath(place)}`, { tags: ['meta'] });
    expect(metadata.status).toBe(200);
    expect(metadata.body.function.tags).toEqual(['meta']);

    const limited = await acme(`PUT ratelimit/${inPath(place)}`, { rateLimit: { rateLimit: '7-H' } });
    expect({ status: limited.status, body: limited.body }).toEqual({ status: 204, body: undefined });
    expect(await read(place)).toMatchObject({ tags: ['meta'], rateLimit: { rateLimit: '7-H' } });

    for (const _ of [1, 2]) {
      const removed = await acme(`DELETE ratelimit/${inPath(place)}`);
      expect({ status: removed.status, body: removed.body }).toEqual({ status: 204, body: undefined });
    }
    expect(await read(place)).not.toHaveProperty('rateLimit');
    expect(await read(place)).toMatchObject({ tags: ['meta'] });
  });

  it('accepts every change at the older paths', async () => {
    const place = await create();

    expect((await acme(`PUT ratelimit/${inPath(place)}`, { tags: ['limited'] })).status).toBe(204);
    expect((await read(place)).tags).toEqual(['limited']);
    await acme(`PUT metadata/${inPath(place)}`, { rateLimit: { perUserRate: '1-S' } });
    expect(await read(place)).toMatchObject({ tags: ['limited'], rateLimit: { perUserRate: '1-S' } });
  });
});

describe('deleting a version', () => {
  it('returns 204 without a body, and the version is not found afterwards', async () => {
    const place = await create();
    const request = `DELETE ${inPath(place)}`;
    const notFound = `Function id '${place.functionId}', version '${place.versionId}': Not found in account '${ACME}'`;
    const answer = await acme(request);

    expect({ status: answer.status, body: answer.body }).toEqual({ status: 204, body: undefined });
    expectProblem(await acme(request), request, 404, notFound);
    expectProblem(await acme(`GET ${inPath(place)}`), `GET ${inPath(place)}`, 404, notFound);
    const list = `GET functions/${place.functionId}/versions`;
    expectProblem(await acme(list), list, 404, `Function id '${place.functionId}': Not found in account '${ACME}'`);
  });

  it('does not delete other versions', async () => {
    const { functionId, versionId } = await create();
    const { body } = await acme(`POST functions/${functionId}/versions`, DEFINITION);
    await acme(`DELETE ${inPath({ functionId, versionId })}`);

    const { functions } = (await acme(`GET functions/${functionId}/versions`)).body;
    expect(functions).toEqual([body.function]);
  });
});

describe('a public function cannot be changed by its owner:', () => {
  it.each([
    ['POST functions/{f}/versions', DEFINITION],
    ['DELETE functions/{f}/versions/{v}', undefined],
    ['POST deployments/functions/{f}/versions/{v}', { deploymentSpecifications: [SPECIFICATION] }],
    ['DELETE deployments/functions/{f}/versions/{v}', undefined],
  ])('%s', async (template, body) => {
    const request = template.replace('{f}', llama.functionId).replace('{v}', llama.versionId);

    const detail = `Function id '${llama.functionId}': Public functions cannot be changed`;
    expectProblem(await globex(request, body), request, 400, detail);
    expect(await read(llama)).toMatchObject({ status: 'ACTIVE' });
  });
});
