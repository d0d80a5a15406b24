/** Many at once, over both replicas: one of them gets what there is only one of, limits hold, and no edit is lost. */
import { describe, expect } from 'vitest';
import { adminBot, researcher } from '../support/cast.ts';
import type { Received } from '../support/keep-alive.ts';
import { castKey } from '../support/ngc-cast.ts';
import { DEFINITION, FULL, inPath } from '../support/nvcf-client.ts';
import { describePostgres } from '../support/postgres.ts';
import { runaiRefusal } from '../support/refusal-shapes.ts';
import { it, type Replica, type Replicas } from '../support/replicas.ts';

const AT_ONCE = 50;
const KEYS = '/api/v1/access-keys';

/** Many requests at the same time, half of them to each replica. */
function atOnce(
  { both }: Replicas,
  send: (at: Replica, number: number) => Promise<Received>,
  many = AT_ONCE,
): Promise<Received[]> {
  return Promise.all(Array.from({ length: many }, (_, number) => send(both[number % 2] as Replica, number)));
}

/** How often each status came: `200 x 1, 409 x 49`. */
function statuses(answers: readonly Received[]): string {
  const all = answers.map(({ status }) => status).sort();
  return [...new Set(all)].map((one) => `${one} x ${all.filter((status) => status === one).length}`).join(', ');
}

const AIR = castKey('air-admin').key;

/** What there may be only one of. */
const UNIQUE: readonly [what: string, request: string, body: object, made: number, refused: string, service: string][] =
  [
    ['an access key of a name', `POST ${KEYS}`, { name: 'race' }, 201, '409', 'runai'],
    ['a service account of a name', 'POST /api/v1/service-accounts', { name: 'race' }, 201, '409', 'runai'],
    ['an application of a name', 'POST /api/v1/apps', { name: 'race' }, 201, '409', 'runai'],
    ['a user of an address', 'POST /api/v1/users', { email: 'race@acme.test' }, 201, '409', 'runai'],
    [
      'an access rule',
      'POST /api/v1/authorization/access-rules',
      {
        ...{ subjectId: 'researcher@acme.test', subjectType: 'user', roleId: 7 },
        ...{ scopeId: '4600002', scopeType: 'project' },
      },
      201,
      '409',
      'runai',
    ],
    [
      'a registry credential of a name',
      'POST /v2/nvcf/registry-credentials',
      {
        registryHostname: 'nvcr.io',
        secret: { name: 'race', value: 'JG9hdXRodG9rZW46cGFzcw==' },
        artifactTypes: ['CONTAINER'],
      },
      200,
      '409',
      'nvcf',
    ],
    [
      'a telemetry endpoint of a name',
      'POST /v2/nvcf/telemetries',
      {
        ...{ endpoint: 'https://telemetry.test', protocol: 'HTTP', provider: 'DATADOG', types: ['LOGS'] },
        secret: { name: 'race', value: 'text' },
      },
      200,
      '409',
      'nvcf',
    ],
  ];

describePostgres('many at once, over both replicas', () => {
  const tokens = async ({ a }: Replicas) => ({
    runai: await a.tokenOf(adminBot),
    nvcf: FULL,
    air: AIR,
  });

  describe(`of ${AT_ONCE} that make`, () => {
    it.for(UNIQUE)(
      '%s, one succeeds and the others are refused in words of the vendor',
      async ([, request, body, made, refused, service], { replicas }) => {
        const token = (await tokens(replicas))[service as 'runai'];
        const answers = await atOnce(replicas, (at) => at.call(request, { token, body }));
        expect(statuses(answers), JSON.stringify(answers.find(({ status }) => status > 299)?.body)).toBe(
          `${made} x 1, ${refused} x ${AT_ONCE - 1}`,
        );
        for (const answer of answers.filter(({ status }) => status === 409)) {
          if (service === 'runai') runaiRefusal(answer);
          else
            expect(answer.body).toMatchObject({
              type: expect.stringContaining('conflict'),
              status: 409,
              title: 'Conflict',
            });
        }
      },
    );
  });

  /** Things of which an account may have so many. */
  const LIMITED: readonly [
    what: string,
    most: number,
    request: string,
    body: (number: number) => object,
    service: string,
  ][] = [
    ['access keys of one user', 20, `POST ${KEYS}`, (number) => ({ name: `key-${number}k` }), 'runai'],
    [
      'functions of one account',
      50,
      'POST /v2/nvcf/functions',
      (number) => ({ ...DEFINITION, name: `f${number}` }),
      'nvcf',
    ],
    [
      'registry credentials of one account',
      25,
      'POST /v2/nvcf/registry-credentials',
      (number) => ({
        ...{ registryHostname: 'nvcr.io', artifactTypes: ['CONTAINER'] },
        secret: { name: `r-${number}`, value: 'JG9hdXRodG9rZW46cGFzcw==' },
      }),
      'nvcf',
    ],
  ];

  it.for(LIMITED)('%s become %i and no more', async ([, most, request, body, service], { replicas }) => {
    const token = (await tokens(replicas))[service as 'runai'];
    const path = request.replace('POST', 'GET');
    const count = async (at: Replica) => {
      const { body } = await at.call(path, { token });
      const list: { id?: string; ncaId?: string }[] = body.accessKeys ?? body.functions ?? body.registryCredentials;
      const own = list.filter(({ ncaId }) => ncaId === undefined || ncaId === 'nca-acme-0001');
      return body.functions === undefined ? own.length : new Set(own.map(({ id }) => id)).size;
    };
    const before = await count(replicas.a);
    const answers = await atOnce(replicas, (at, number) => at.call(request, { token, body: body(number) }), most + 20);
    const made = answers.filter(({ status }) => status < 300);
    const others = answers.filter(({ status }) => status >= 300);
    expect(statuses(others)).toMatch(/^4\d\d x \d+$/);
    expect([await count(replicas.a), await count(replicas.b)]).toEqual([most, most]);
    expect(made).toHaveLength(most - before);
  });

  it('a secret is replaced again and again: the old one ends with the first answer, and only one counts, on both', async ({
    replicas,
  }) => {
    const { a, b, both } = replicas;
    const token = await a.tokenOf(researcher.accessKey);
    const { body: key } = await a.call(`POST ${KEYS}`, { token, body: { name: 'renewed' } });
    let secret: string = key.clientSecret;
    for (let round = 0; round < 20; round += 1) {
      const old = { clientId: key.clientId, clientSecret: secret };
      let isAnswered = false;
      const late: number[] = [];
      const renewing = atOnce(
        replicas,
        (at) =>
          at.call(`POST ${KEYS}/${key.id}/secret`, { token }).finally(() => {
            isAnswered = true;
          }),
        6,
      );
      /** Asks for tokens with the old secret meanwhile, and twice more. */
      const asking = async (at: Replica) => {
        const ask = async () => {
          const isLate = isAnswered;
          const { status } = await at.grant(old);
          if (isLate) late.push(status);
        };
        while (!isAnswered) await ask();
        await ask();
        await ask();
      };
      const [answers] = await Promise.all([renewing, asking(a), asking(b)]);
      expect(statuses(answers), JSON.stringify(answers.find(({ status }) => status > 200)?.body)).toBe('200 x 6');
      expect(late).toEqual([400, 400, 400, 400]);
      const secrets = answers.map(({ body }) => body.clientSecret as string);
      const accepted = await Promise.all(
        both.map(async (at) => {
          const all = await Promise.all(secrets.map((clientSecret) => at.grant({ ...old, clientSecret })));
          return secrets.filter((_, index) => all[index]?.status === 200);
        }),
      );
      const [onA = [], onB] = accepted;
      expect(onA).toHaveLength(1);
      expect(onB).toEqual(onA);
      secret = onA[0] ?? '';
    }
  });

  describe(`of ${AT_ONCE} edits, none is lost:`, () => {
    it('secrets that are added to a function', async ({ replicas }) => {
      const { body } = await replicas.a.call('POST /v2/nvcf/functions', { token: FULL, body: DEFINITION });
      const place = inPath({ functionId: body.function.id, versionId: body.function.versionId });
      const names = Array.from({ length: AT_ONCE }, (_, number) => `S${number}`);
      const answers = await atOnce(replicas, (at, number) =>
        at.call(`PUT /v2/nvcf/secrets/${place}`, {
          token: FULL,
          body: { secrets: [{ name: names[number], value: 'v' }] },
        }),
      );
      expect(statuses(answers)).toBe(`204 x ${AT_ONCE}`);
      for (const at of replicas.both) {
        const { body: now } = await at.call(`GET /v2/nvcf/${place}`, { token: FULL });
        expect([...now.function.secrets].sort()).toEqual([...names].sort());
      }
    });

    it('nodes that are added to a simulation, and what its history says of each', async ({ replicas }) => {
      const { body: lab } = await replicas.a.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'lab' } });
      const names = Array.from({ length: AT_ONCE }, (_, number) => `node-${number}`);
      const answers = await atOnce(replicas, (at, number) =>
        at.call('POST /api/v3/simulations/nodes/', { token: AIR, body: { simulation: lab.id, name: names[number] } }),
      );
      expect(statuses(answers), JSON.stringify(answers.find(({ status }) => status > 299)?.body)).toBe(
        `201 x ${AT_ONCE}`,
      );
      for (const at of replicas.both) {
        const { body } = await at.call(`GET /api/v3/simulations/nodes/?simulation=${lab.id}&limit=100`, { token: AIR });
        const nodes: { name: string }[] = body.results;
        expect(nodes.map(({ name }) => name).sort()).toEqual([...names].sort());
      }
    });

    it('versions of the policy of a service key', async ({ replicas }) => {
      const order = { type: 'service', name: 'edited', services: ['nvcf'], resource: { type: 'All Functions' } };
      const { body: made } = await replicas.a.call('POST /_mock/keys', {
        body: { ...order, scopes: ['list_functions'] },
      });
      const answers = await atOnce(replicas, (at, number) =>
        at.call(`PATCH /_mock/keys/${made.id}`, {
          body: { scopes: number % 4 < 2 ? ['list_functions', 'invoke_function'] : ['list_functions'] },
        }),
      );
      expect(statuses(answers), JSON.stringify(answers.find(({ status }) => status > 299)?.body)).toBe(
        `200 x ${AT_ONCE}`,
      );
      for (const at of replicas.both) {
        const { body } = await at.call(`GET /_mock/keys/${made.id}`);
        const versions: { version: number }[] = body.history;
        expect(versions.map(({ version }) => version)).toEqual(
          Array.from({ length: AT_ONCE + 1 }, (_, index) => index + 1),
        );
      }
    });

    it('moves of the clock', async ({ replicas }) => {
      const answers = await atOnce(replicas, (at) => at.call('POST /_mock/clock/advance', { body: { by: '1m' } }));
      expect(statuses(answers)).toBe(`200 x ${AT_ONCE}`);
      for (const at of replicas.both) expect((await at.call('GET /_mock/clock')).body.ahead).toBe(`PT${AT_ONCE}M`);
    });

    it('simulations that are made and deleted', async ({ replicas }) => {
      const count = async () => (await replicas.b.call('GET /api/v3/simulations/?limit=1', { token: AIR })).body.count;
      const before = await count();
      const made = await atOnce(replicas, (at, number) =>
        at.call('POST /api/v3/simulations/', { token: AIR, body: { name: `made-${number}` } }),
      );
      expect(statuses(made), JSON.stringify(made[0]?.body)).toBe(`201 x ${AT_ONCE}`);
      expect(await count()).toBe(before + AT_ONCE);
      const gone = await atOnce(replicas, (at, number) =>
        at.call(`DELETE /api/v3/simulations/${made[number]?.body.id}/`, { token: AIR }),
      );
      expect(statuses(gone)).toBe(`204 x ${AT_ONCE}`);
      expect(await count()).toBe(before);
    });
  });
});
