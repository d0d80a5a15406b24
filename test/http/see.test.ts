/** Where `x-mock-decision` says that the console shows a refusal. */
import { describe, expect, it } from 'vitest';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const LIST = '/v2/nvcf/functions';

describe.each([
  ['the address that the server listens on', null],
  ['--public-url', 'https://mock.example:8443'],
])('`see` begins with %s', async (_name, publicUrl) => {
  const server = await testServer({ publicUrl, world: ['acme'] });
  const { url } = await server.listen('127.0.0.1', 0, false);

  it.each<[path: string, headers: Record<string, string>, world: string]>([
    [LIST, {}, ''],
    [LIST, { host: 'api.nvcf.nvidia.com' }, ''],
    [LIST, { 'x-forwarded-host': 'api.nvcf.nvidia.com' }, ''],
    [`/w/default${LIST}`, {}, ''],
    [`/w/acme${LIST}`, {}, '/w/acme'],
    [`/w/acme${LIST}`, { host: 'api.nvcf.nvidia.com' }, '/w/acme'],
    [LIST, { host: 'acme.localhost' }, '/w/acme'],
    [LIST, { 'x-mock-world': 'acme' }, '/w/acme'],
  ])('at %s with %j, and leads to the request', async (path, headers, world) => {
    const { decision } = await server.call(`GET ${path}`, { headers });
    const { body } = await server.call(`GET ${world}/_mock/requests?decision=${decision.id}`);

    expect(decision.see).toBe(`${publicUrl ?? url}${world}/#/requests?decision=${decision.id}`);
    expect(body.requests).toMatchObject([{ path: LIST, decision: decision.id }]);
  });

  it('only for a refusal', async () => {
    const { decision } = await server.call(`GET ${LIST}`, { token: castKey('owner').key });

    expect(decision).not.toHaveProperty('see');
  });
});

it('`see` is left out if the server does not listen', async () => {
  const { decision } = await (await testServer()).call(`GET ${LIST}`);

  expect(decision).toMatchObject({ effect: 'deny' });
  expect(decision).not.toHaveProperty('see');
});
