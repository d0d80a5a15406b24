import { describe, expect, it } from 'vitest';
import {
  ACME,
  DEFINITION,
  deploy,
  expectProblem,
  FULL,
  GLOBEX,
  inPath,
  NOBODY,
  nvcfServer,
  type Place,
  placeOf,
} from '../../support/nvcf-client.ts';
import { makeKey } from '../../support/nvcf-requests.ts';
import { trustedServer } from '../../support/trusted-issuer.ts';

const { acme, globex, create } = await nvcfServer();
const [llama, translate, hidden] = [placeOf('llama'), placeOf('translate'), placeOf('private')];
const FRIEND = { ncaId: GLOBEX };
const OTHER = { ncaId: 'nca-other-0003', clientId: 'a-client' };

/** The level of authorized parties: a function or a version. */
interface Level {
  readonly name: string;
  pathOf(place: Place): string;
  /** Returns the other members of a response. */
  membersOf(place: Place): object;
  subjectOf(place: Place): string;
}

/** The verb for each call in messages of the published control plane. */
const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  DELETE: 'delete',
  'PATCH/add': 'add',
  'PATCH/remove': 'remove',
};

const LEVELS: readonly Level[] = [
  {
    name: 'a function',
    pathOf: ({ functionId }) => `authorizations/functions/${functionId}`,
    membersOf: ({ functionId }) => ({ id: functionId, ncaId: ACME }),
    subjectOf: ({ functionId }) => `Function id '${functionId}'`,
  },
  {
    name: 'a version',
    pathOf: (place) => `authorizations/${inPath(place)}`,
    membersOf: ({ functionId, versionId }) => ({ id: functionId, ncaId: ACME, versionId }),
    subjectOf: ({ functionId, versionId }) => `Function id '${functionId}', version '${versionId}'`,
  },
];

describe.each(LEVELS)('the parties of $name', async ({ name, pathOf, membersOf, subjectOf }) => {
  const { acme, globex, create, deployed } = await nvcfServer();
  const responseWith = (place: Place, ...parties: object[]) => ({
    function: { ...membersOf(place), authorizedParties: parties },
  });
  const readParties = async (place: Place) => {
    const { body } = await acme(`GET ${pathOf(place)}`);
    return (body.function ?? body.functions[0]).authorizedParties;
  };
  const createShared = async (...parties: object[]) => {
    const place = await create();
    const { status } = await acme(`POST ${pathOf(place)}`, { authorizedParties: parties });
    expect(status).toBe(200);
    return place;
  };

  it('are replaced by POST', async () => {
    const place = await create();
    const first = await acme(`POST ${pathOf(place)}`, { authorizedParties: [FRIEND, { ...OTHER, color: 'red' }] });
    expect(first).toMatchObject({ status: 200, body: responseWith(place, FRIEND, OTHER) });
    expect(first.body).toEqual(responseWith(place, FRIEND, OTHER));
    expect(await readParties(place)).toEqual([FRIEND, OTHER]);

    const second = await acme(`POST ${pathOf(place)}`, { authorizedParties: [OTHER] });
    expect(second.body).toEqual(responseWith(place, OTHER));
    expect(await readParties(place)).toEqual([OTHER]);
  });

  it('are extended by PATCH', async () => {
    const place = await createShared(FRIEND);
    const { status, body } = await acme(`PATCH ${pathOf(place)}/add`, { authorizedParty: OTHER });

    expect({ status, body }).toEqual({ status: 200, body: responseWith(place, FRIEND, OTHER) });
  });

  it('are not extended by PATCH if the list is empty', async () => {
    const place = await create();
    const request = `PATCH ${pathOf(place)}/add`;

    const detail = expect.stringContaining(`'${place.functionId}'`);
    expectProblem(await acme(request, { authorizedParty: FRIEND }), request, 404, detail);
    expect(await readParties(place)).toEqual([]);
  });

  it('do not accept duplicates', async () => {
    const place = await createShared(FRIEND, OTHER);
    const request = `PATCH ${pathOf(place)}/add`;
    for (const authorizedParty of [FRIEND, OTHER]) {
      const answer = await acme(request, { authorizedParty });
      expectProblem(answer, request, 409, expect.stringContaining(`'${authorizedParty.ncaId}'`));
    }
    expect(await readParties(place)).toEqual([FRIEND, OTHER]);
    const { status } = await acme(request, { authorizedParty: { ...OTHER, clientId: 'b-client' } });
    expect(status).toBe(200);
  });

  it('accept only one of several concurrent additions', async () => {
    const place = await createShared(FRIEND);
    const request = `PATCH ${pathOf(place)}/add`;
    const answers = await Promise.all([1, 2, 3, 4].map(() => acme(request, { authorizedParty: OTHER })));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it('are removed by PATCH', async () => {
    const place = await createShared(FRIEND, OTHER);
    const request = `PATCH ${pathOf(place)}/remove`;
    const { status, body } = await acme(request, { authorizedParty: OTHER });

    expect({ status, body }).toEqual({ status: 200, body: responseWith(place, FRIEND) });
    const detail = expect.stringContaining(`'${place.functionId}'`);
    expectProblem(await acme(request, { authorizedParty: OTHER }), request, 404, detail);
    expect((await acme(request, { authorizedParty: FRIEND })).body).toEqual(responseWith(place));
  });

  it('are all removed by DELETE, which returns 200 with the function', async () => {
    const place = await createShared(FRIEND, OTHER);
    const { status, body } = await acme(`DELETE ${pathOf(place)}`);

    expect({ status, body }).toEqual({ status: 200, body: responseWith(place) });
    expect(await readParties(place)).toEqual([]);
  });

  it('do not accept `*`', async () => {
    const place = await createShared(FRIEND);
    const everybody = { ncaId: '*' };
    const refused = `${subjectOf(place)}: Only NVIDIA Super Admin can make a function public`;
    for (const [request, body, detail] of [
      [`POST ${pathOf(place)}`, { authorizedParties: [everybody] }, refused],
      [`POST ${pathOf(place)}`, { authorizedParties: [OTHER, everybody] }, refused],
      [
        `PATCH ${pathOf(place)}/add`,
        { authorizedParty: everybody },
        `${subjectOf(place)}: Invalid authz account '*' specified for add operation`,
      ],
    ] as const) {
      expectProblem(await acme(request, body), request, 400, detail);
    }
    expect(await readParties(place)).toEqual([FRIEND]);
  });

  it('do not accept the own account', async () => {
    const place = await createShared(FRIEND);
    for (const [request, body] of [
      [`POST ${pathOf(place)}`, { authorizedParties: [OTHER, { ncaId: ACME }] }],
      [`PATCH ${pathOf(place)}/add`, { authorizedParty: { ncaId: ACME } }],
    ] as const) {
      const detail = `Invalid request: Authorized party mapped to account '${ACME}' is invalid`;
      expectProblem(await acme(request, body), request, 400, detail);
    }
    expect(await readParties(place)).toEqual([FRIEND]);
  });

  const CALLS: [method: string, end: string, body: unknown][] = [
    ['GET', '', undefined],
    ['POST', '', { authorizedParties: [FRIEND] }],
    ['DELETE', '', undefined],
    ['PATCH', '/add', { authorizedParty: FRIEND }],
    ['PATCH', '/remove', { authorizedParty: FRIEND }],
  ];

  it.each(CALLS)('%s%s returns 404 for unknown ids and for other accounts', async (method, end, body) => {
    for (const place of [{ functionId: NOBODY, versionId: NOBODY }, hidden, translate, llama]) {
      const request = `${method} ${pathOf(place)}${end}`;
      const detail = `${subjectOf(place)}: Not found in account '${ACME}'`;
      expectProblem(await acme(request, body), request, 404, detail);
    }
  });

  it.each(CALLS.filter(([method]) => method !== 'GET'))('%s%s rejects public functions', async (method, end, body) => {
    const request = `${method} ${pathOf(llama)}${end}`;
    const before = await globex(`GET ${pathOf(llama)}`);

    const detail = `${subjectOf(llama)}: Cannot ${VERBS[`${method}${end}`]} authorized parties for public function`;
    expectProblem(await globex(request, body), request, 400, detail);
    expect((await globex(`GET ${pathOf(llama)}`)).body).toEqual(before.body);
    expect(before.status).toBe(200);
  });

  it('may use the function until they are removed', async () => {
    const place = await deployed();
    const otherVersion = { functionId: place.functionId, versionId: '' };
    const added = await acme(`POST functions/${place.functionId}/versions`, DEFINITION);
    otherVersion.versionId = added.body.function.versionId;
    await deploy(acme, otherVersion);
    const isWholeFunction = name === 'a function';

    const probe = async () => ({
      listed: (await globex('GET functions?visibility=authorized')).body.functions.filter(
        ({ id }: { id: string }) => id === place.functionId,
      ).length,
      read: (await globex(`GET ${inPath(place)}`)).status,
      other: (await globex(`GET ${inPath(otherVersion)}`)).status,
      invoked: (await globex(`POST pexec/functions/${place.functionId}`, {})).status,
      sharedOn: (await globex(`GET ${pathOf(place)}`)).status,
    });
    const hiddenResult = { listed: 0, read: 404, other: 404, invoked: 404, sharedOn: 404 };
    const [listed, other] = isWholeFunction ? [2, 200] : [1, 404];
    const open = { listed, read: 200, other, invoked: 200, sharedOn: 404 };

    expect(await probe()).toEqual(hiddenResult);
    await acme(`POST ${pathOf(place)}`, { authorizedParties: [OTHER] });
    expect(await probe()).toEqual(hiddenResult);
    await acme(`PATCH ${pathOf(place)}/add`, { authorizedParty: FRIEND });
    expect(await probe()).toEqual(open);
    await acme(`PATCH ${pathOf(place)}/remove`, { authorizedParty: FRIEND });
    expect(await probe()).toEqual(hiddenResult);
    await acme(`POST ${pathOf(place)}`, { authorizedParties: [FRIEND] });
    expect(await probe()).toEqual(open);
    await acme(`DELETE ${pathOf(place)}`);
    expect(await probe()).toEqual(hiddenResult);
  });
});

it('parties of a function may use its later versions', async () => {
  const { functionId } = await create();
  await acme(`POST authorizations/functions/${functionId}`, { authorizedParties: [FRIEND] });
  const { body } = await acme(`POST functions/${functionId}/versions`, DEFINITION);

  expect((await globex(`GET functions/${functionId}/versions/${body.function.versionId}`)).status).toBe(200);
  expect((await globex(`GET functions/${functionId}/versions`)).body.functions).toHaveLength(2);
});

describe('parties of a function and parties of its version', () => {
  const createSharedTwice = async () => {
    const place = await create();
    await acme(`POST authorizations/functions/${place.functionId}`, { authorizedParties: [FRIEND] });
    const { body } = await acme(`POST authorizations/${inPath(place)}`, { authorizedParties: [OTHER] });
    return { ...place, returned: body.function.authorizedParties };
  };

  it('are stored separately', async () => {
    const place = await createSharedTwice();
    expect(place.returned).toEqual([OTHER]);

    await acme(`POST authorizations/${inPath(place)}`, { authorizedParties: [FRIEND] });
    await acme(`DELETE authorizations/functions/${place.functionId}`);
    expect((await globex(`GET ${inPath(place)}`)).status).toBe(200);
    await acme(`DELETE authorizations/${inPath(place)}`);
    expect((await globex(`GET ${inPath(place)}`)).status).toBe(404);
  });

  it('are both returned for the version', async () => {
    const place = await createSharedTwice();
    const { authorizedParties } = (await acme(`GET authorizations/${inPath(place)}`)).body.function;

    expect(authorizedParties).toHaveLength(2);
    expect(authorizedParties).toEqual(expect.arrayContaining([FRIEND, OTHER]));
  });

  it('are both returned for each version of the function, also for versions without parties', async () => {
    const alone = await create();
    const none = (await acme(`GET authorizations/functions/${alone.functionId}`)).body.functions;
    expect(none).toEqual([{ id: alone.functionId, versionId: alone.versionId, ncaId: ACME, authorizedParties: [] }]);

    const place = await createSharedTwice();
    const { functions } = (await acme(`GET authorizations/functions/${place.functionId}`)).body;
    const [version] = functions.filter(({ versionId }: { versionId?: string }) => versionId === place.versionId);

    expect(version?.authorizedParties).toContainEqual(OTHER);
    expect(functions.flatMap((item: { authorizedParties: object[] }) => item.authorizedParties)).toContainEqual(FRIEND);
  });
});

describe('the list of shared functions', () => {
  const PROFILES = ['documented', 'open-source'] as const;

  it.each(PROFILES)('contains each shared version with the parties of both levels (%s profile)', async (nvcf) => {
    const world = await nvcfServer({ nvcf });
    const { body } = await world.acme('GET authorizations/functions');
    const place = await world.create();
    await world.acme(`POST authorizations/functions/${place.functionId}`, { authorizedParties: [FRIEND, OTHER] });
    await world.acme(`POST authorizations/${inPath(place)}`, { authorizedParties: [OTHER] });
    const after = (await world.acme('GET authorizations/functions')).body.functions;

    expect(body.functions.every((item: { authorizedParties: object[] }) => item.authorizedParties.length > 0)).toBe(
      true,
    );
    expect(after).toEqual([
      ...body.functions,
      { id: place.functionId, versionId: place.versionId, ncaId: ACME, authorizedParties: [FRIEND, OTHER] },
    ]);
    const ofGlobex = (await world.globex('GET authorizations/functions')).body.functions;
    expect(new Set(ofGlobex.map(({ ncaId }: { ncaId: string }) => ncaId))).toEqual(new Set([GLOBEX]));
  });

  it('omits functions that the key does not cover in the open-source profile', async () => {
    const world = await nvcfServer({ nvcf: 'open-source' });
    const [first, second] = [await world.create(), await world.create()];
    for (const { functionId } of [first, second]) {
      await world.acme(`POST authorizations/functions/${functionId}`, { authorizedParties: [FRIEND] });
    }
    const createBoundCaller = async ({ functionId }: Place) => {
      const { key } = await makeKey(world, ['authorize_clients'], { type: 'Function', ids: [functionId] });
      return world.as(key);
    };
    const [caller, other] = [await createBoundCaller(first), await createBoundCaller(hidden)];

    expect((await caller('GET authorizations/functions')).body.functions).toMatchObject([{ id: first.functionId }]);
    expect((await other('GET authorizations/functions')).body).toEqual({ functions: [] });
  });

  it('of any account requires a token with `admin:authorize_clients`', async () => {
    const { server, call } = await trustedServer();
    const path = `/v2/nvcf/accounts/${ACME}/authorizations/functions`;
    const { status, body } = await call(`GET ${path}`, ['admin:authorize_clients'], { sub: 'nobody' });
    expect([status, body.functions.length > 0]).toEqual([200, true]);

    expectProblem(await call(`GET ${path}`, ['authorize_clients']), `GET ${path}`, 403, 'Access Denied');
    const unknown = path.replace(ACME, 'nca-x');
    const missing = await call(`GET ${unknown}`, ['admin:authorize_clients']);
    expectProblem(missing, `GET ${unknown}`, 404, "Account with ncaId 'nca-x' not found");
    const key = await server.call(`GET ${path}`, { token: FULL });
    expect([key.status, key.decision.reason]).toEqual([403, 'closed_to_keys']);
  });
});
