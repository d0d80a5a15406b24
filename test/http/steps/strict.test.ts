/** `--strict`: whatever no document names is refused. */
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

describe('What the document does not list', () => {
  it.each<[string, Wrong, string]>([
    [
      'a query parameter',
      { request: 'GET /api/v1/users?filterby=type==user' },
      'The document does not list the query parameter `filterby`. Did you mean `filterBy`?',
    ],
    [
      'a field',
      { request: 'POST /api/v1/access-keys', body: { name: 'a-key', description: 'for CI' } },
      'The document does not list the field `description`. Leave it out, or start the mock without `--strict`.',
    ],
    [
      'a field of an object in a list',
      {
        request: 'POST /api/v2/authorization/roles',
        body: { name: 'Role', permissionSets: [{ id: 'a0969bbb-4625-4d29-a478-b6d38f90a9be', nane: '' }] },
      },
      'the field `permissionSets[0].nane`. Did you mean `name`?',
    ],
    [
      'a field that only another version has',
      { request: 'POST /api/v1/token', body: { grantType: 'password', username: 'a', password: 'b', other: 'c' } },
      'the field `other`',
    ],
  ])('%s is refused with 400, and passes without --strict', async (_, { request, body }, sentence) => {
    const given = body === undefined ? {} : { body };
    const refused = await strict.call(request, { token, ...given });
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining(sentence)]);
    const passed = await lenient.call(request, { token: lenientToken, ...given });
    expect(passed.body?.message ?? '').not.toContain('The document does not list');
  });
});

describe('Nothing else changes:', () => {
  it('a request as the document has it is answered', async () => {
    expect((await strict.call('POST /api/v1/access-keys', { token, body: { name: 'fine' } })).status).toBe(201);
    expect(
      (await strict.call('POST /api/v1/token', { body: { GRANTTYPE: 'client_credentials' } })).body.message,
    ).not.toContain('The document does not list');
  });

  it('a request without rights is refused for them first', async () => {
    expect((await strict.call('GET /api/v1/users?nonsense=1', { token: 'no' })).status).toBe(401);
  });
});
