import { describe, expect, it } from 'vitest';
import { listHints } from '../../support/hints.ts';
import { ACME, expectProblem, GLOBEX, nvcfServer } from '../../support/nvcf-client.ts';
import { trustedServer } from '../../support/trusted-issuer.ts';

const LIMITS = {
  maxFunctionsAllowed: 50,
  maxTasksAllowed: 50,
  maxTelemetriesAllowed: 25,
  maxRegistryCredentialsAllowed: 25,
};
const OTHER = `Invalid request: nca_id '${ACME}' in bearer token does not match the one in path '${GLOBEX}'`;

const trusted = await trustedServer();

describe.each(['documented', 'open-source'] as const)('a key with List Accounts in the %s profile', async (nvcf) => {
  const server = await nvcfServer({ nvcf });

  it.each(['list_accounts', 'account_setup'])('reads only its own account: %s', async (scope) => {
    const caller = await server.withScopes([scope]);

    expect((await caller('GET accounts')).body).toEqual({
      cloudAccounts: [
        { ncaId: ACME, adminClientIds: ['admin-issuer-proxy'], name: 'acme', ...LIMITS, lastUpdatedAt: null },
      ],
    });
    const { status, body } = await caller(`GET accounts/${ACME}`);
    expect(status).toBe(200);
    expect(body.account).toMatchObject({ ncaId: ACME, clientIds: ['admin-issuer-proxy'], ...LIMITS });
    expect(body.account.registryCredentials).toContainEqual({
      registryHostname: expect.any(String),
      secret: { name: expect.any(String) },
      artifactTypes: expect.any(Array),
    });
    expect(body.account.telemetries.length).toBeGreaterThan(0);
    expect(body.account.currentNumberFunctions).toBeGreaterThan(0);
  });

  it.each([GLOBEX, 'nca-nobody'])('gets 403 for another account, also an unknown account: %s', async (ncaId) => {
    const caller = await server.withScopes(['list_accounts']);
    const answer = await caller(`GET accounts/${ncaId}`);

    expectProblem(answer, `GET accounts/${ncaId}`, 403, OTHER.replace(GLOBEX, ncaId));
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'other_organization' });
  });

  it('reads an empty list if its account is not set up', async () => {
    const seeded = await nvcfServer(
      { nvcf },
      { seed: { extends: 'builtin', nvcf: { accounts: [{ org: 'globex' }] } } },
    );
    const caller = await seeded.withScopes(['list_accounts']);

    expect((await caller('GET accounts')).body).toEqual({ cloudAccounts: [] });
    const detail = `Account with ncaId '${ACME}' not found`;
    expectProblem(await caller(`GET accounts/${ACME}`), `GET accounts/${ACME}`, 404, detail);
  });
});

describe('a token of a trusted issuer', () => {
  it('reads every account', async () => {
    const { body } = await trusted.call('GET /v2/nvcf/accounts', ['list_accounts']);
    expect(body.cloudAccounts.map(({ ncaId }: { ncaId: string }) => ncaId)).toEqual([ACME, GLOBEX]);

    for (const ncaId of [ACME, GLOBEX]) {
      const answer = await trusted.call(`GET /v2/nvcf/accounts/${ncaId}`, ['account_setup']);
      expect([answer.status, answer.body.account.ncaId]).toEqual([200, ncaId]);
    }
  });

  it('requires no own account to list accounts', async () => {
    expect((await trusted.call('GET /v2/nvcf/accounts', ['list_accounts'], { sub: 'nobody' })).status).toBe(200);
  });

  it('gets 404 for an account that is not set up', async () => {
    const answer = await trusted.call('GET /v2/nvcf/accounts/nca-x', ['list_accounts']);
    expectProblem(answer, 'GET accounts/nca-x', 404, "Account with ncaId 'nca-x' not found");
  });

  it('of an administrator does not have the scope', async () => {
    const { body } = await trusted.server.call('POST /v1/admin/keys');
    const { status, decision } = await trusted.server.call('GET /v2/nvcf/accounts', { token: body.value });

    expect([status, decision.reason]).toEqual([403, 'missing_scope']);
  });
});

describe('a change of an account', () => {
  it('returns 404 because it is not emulated, and is recorded as a hint', async () => {
    const path = '/v2/nvcf/accounts/{ncaId}/clients/associate';
    const { status, body } = await trusted.call(`PATCH ${path.replace('{ncaId}', GLOBEX)}`, ['account_setup'], {}, {});
    const reason = 'accounts and their clients come from the seed (`nvcf.accounts`).';
    const detail = `The mock does not emulate \`PATCH ${path}\`: ${reason}`;

    expect([status, body.detail]).toEqual([404, detail]);
    const hints = await listHints(trusted.server);
    expect(hints).toContainEqual(expect.objectContaining({ code: 'not_emulated', text: detail }));
  });

  it('is denied for a token without the scope', async () => {
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const { status, decision } = await trusted.call(
        `${method} /v2/nvcf/accounts/${GLOBEX}`,
        ['list_accounts'],
        {},
        {},
      );

      expect([method, status, decision.reason]).toEqual([method, 403, 'missing_scope']);
    }
  });

  it('of another account is denied for keys', async () => {
    const caller = await (await nvcfServer()).withScopes(['account_setup']);
    const { status, decision } = await caller(`PATCH accounts/${GLOBEX}`, {});

    expect([status, decision.reason]).toEqual([403, 'other_organization']);
  });
});

describe('a seed with accounts', () => {
  it.each<[wrong: object[], message: RegExp]>([
    [[{ org: 'acme' }, { org: 'acme' }], /accounts: `org`/],
    [[{ org: 'initech' }], /organisation `initech`/],
    [
      [
        { org: 'acme', clientIds: ['a'] },
        { org: 'globex', clientIds: ['a'] },
      ],
      /accounts: `clientIds`/,
    ],
  ])('is rejected with the path of the error: %j', async (accounts, message) => {
    await expect(nvcfServer({}, { seed: { extends: 'builtin', nvcf: { accounts } } })).rejects.toThrow(message);
  });
});
