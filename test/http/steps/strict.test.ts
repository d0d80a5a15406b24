/** `--strict`: everything that no document lists is rejected. */
import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';

const strict = await testServer({ strict: true });
const lenient = await testServer();
const token = await strict.tokenOf(admin);
const lenientToken = await lenient.tokenOf(admin);

interface Wrong {
  readonly request: string;
  readonly body?: unknown;
}

describe('--strict', () => {
  it.each<[string, Wrong, string]>([
    [
      'an undocumented query parameter',
      { request: 'GET /api/v1/users?filterby=type==user' },
      'The document does not list the query parameter `filterby`. Did you mean `filterBy`?',
    ],
    [
      'an undocumented field',
      { request: 'POST /api/v1/access-keys', body: { name: 'a-key', description: 'for CI' } },
      'The document does not list the field `description`. Leave it out, or start the mock without `--strict`.',
    ],
    [
      'an undocumented field of an object in a list',
      {
        request: 'POST /api/v2/authorization/roles',
        body: { name: 'Role', permissionSets: [{ id: 'a0969bbb-4625-4d29-a478-b6d38f90a9be', nane: '' }] },
      },
      'the field `permissionSets[0].nane`. Did you mean `name`?',
    ],
    [
      'an undocumented field of a token request',
      { request: 'POST /api/v1/token', body: { grantType: 'password', username: 'a', password: 'b', other: 'c' } },
      'the field `other`',
    ],
  ])('rejects %s with 400, which is accepted without --strict', async (_, { request, body }, sentence) => {
    const parts = body === undefined ? {} : { body };
    const refused = await strict.call(request, { token, ...parts });
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining(sentence)]);
    const passed = await lenient.call(request, { token: lenientToken, ...parts });
    expect(passed.body?.message ?? '').not.toContain('The document does not list');
  });
});

describe('--strict does not change', () => {
  it('the response to a documented request', async () => {
    expect((await strict.call('POST /api/v1/access-keys', { token, body: { name: 'fine' } })).status).toBe(201);
    expect(
      (await strict.call('POST /api/v1/token', { body: { GRANTTYPE: 'client_credentials' } })).body.message,
    ).not.toContain('The document does not list');
  });

  it('the rejection of a caller without rights, which comes first', async () => {
    expect((await strict.call('GET /api/v1/users?nonsense=1', { token: 'no' })).status).toBe(401);
  });
});
