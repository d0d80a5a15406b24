import { expect, it } from 'vitest';
import {
  expectGateway,
  expectInvalid,
  expectUntyped,
  mediaTypeOf,
  NOBODY,
  nvcfServer,
} from '../../support/nvcf-client.ts';

const { acme } = await nvcfServer();

it('a body that is invalid JSON, missing, of another type or too large is rejected', async () => {
  const request = 'POST functions';

  expectInvalid(await acme(request, '{'), request, 'JSON');
  expectInvalid(await acme(request), request, 'body');
  const untyped = await acme(request, {}, { 'content-type': 'text/plain' });
  expectUntyped(untyped, request, 415, 'Unsupported Media Type');
  const large = await acme(request, JSON.stringify({ name: 'x'.repeat(1024 * 1024) }));
  expectUntyped(large, request, 413, 'Content Too Large');
});

it.each<[request: string, allow: string[]]>([
  ['DELETE functions', ['GET', 'POST']],
  [`GET pexec/functions/${NOBODY}`, ['POST']],
])('a method that a path does not support is rejected with 405 and `allow`: %s', async (request, allow) => {
  const answer = await acme(request);

  expectUntyped(answer, request, 405, 'Method Not Allowed');
  const methods = String(answer.headers['allow']).split(', ');
  expect(methods.filter((method) => method !== 'HEAD').sort()).toEqual(allow);
});

it.each(['/v2/nvcf', '/v2/nvcf/nothing', '/v2/nvcf/Functions', '/v2/orgs/acme/nvcf/nothing'])(
  'the unknown path %s returns 404 as problem details',
  async (path) => {
    const answer = await acme(`GET ${path}`);

    expect([answer.status, mediaTypeOf(answer)]).toEqual([404, 'application/problem+json']);
    expect(answer.body).toMatchObject({ title: 'Not Found', status: 404, instance: path });
  },
);

it.each(['/v2/orgs/acme/nothing', '/v2/orgs/acme/ngc/nvcf/nothing', '/v3/orgs/acme/ngc/nvcf/nothing'])(
  'the unknown path %s returns 404 in the format of the gateway',
  async (path) => {
    expectGateway(await acme(`GET ${path}`), 404, 'NOT_FOUND', expect.stringMatching(/\w/));
  },
);
