import { describe, expect, it } from 'vitest';
import { hintsOf } from '../../../support/hints.ts';
import { documentsOfServices } from '../../../support/list-operations.ts';
import { testServer } from '../../../support/server.ts';
import { makeWorld } from '../../../support/worlds.ts';

const server = await testServer();

describe('a path that is not served gets a hint:', () => {
  it.each<[request: string, code: string, expected: string]>([
    ['POST /token', 'path_incomplete', '`POST /api/v1/token`, `POST /api/v2/token`'],
    ['GET /nvcf/functions', 'path_incomplete', '`GET /v2/nvcf/functions`'],
    ['GET /simulations', 'path_incomplete', '`GET /api/v3/simulations/`'],
    ['POST /v2/nvcf/pexec/functions', 'path_incomplete', '`POST /v2/nvcf/pexec/functions/{functionId}`'],
    ['POST /api/v1//token', 'doubled_slash', '`POST /api/v1/token`'],
    ['POST /api/v1/token/', 'slash_at_end', '`POST /api/v1/token`'],
    ['GET /v2/nvcf/functions/', 'slash_at_end', '`GET /v2/nvcf/functions`'],
    ['POST /api/v1/api/v1/token', 'path_prefix_extra', '`POST /api/v1/token`'],
    ['GET /api/v1/usres', 'path_misspelt', '`GET /api/v1/users`'],
  ])('%s', async (request, code, expected) => {
    const { codes, texts } = await hintsOf(server.call, request);

    expect(codes).toEqual([code]);
    expect(texts[0]).toContain(`${expected}`);
  });

  it.each<[request: string, code: string, expected: string]>([
    // Another version or case is nearer than a missing part.
    ['GET /v1/nvcf/functions', 'path_misspelt', '`GET /v2/nvcf/functions`'],
    ['GET /v3/orgs/acme/nvcf/clusterGroups', 'path_misspelt', '`GET /v2/orgs/{org}/nvcf/clusterGroups`'],
    ['GET /API/V1/USERS', 'path_misspelt', '`GET /api/v1/users`'],
    // Each segment may differ.
    ['GET /api/v2/users', 'path_misspelt', '`GET /api/v1/users`'],
    ['GET /api/v2/simulation/nodes/', 'path_misspelt', '`GET /api/v3/simulations/nodes/`'],
    ['POST /api/v3/token', 'path_misspelt', '`POST /api/v1/token`, `POST /api/v2/token`'],
    // A prefix is nearer than a missing part, and both can come with another version.
    ['GET /hunter2/api/v2/users', 'path_prefix_extra', '`GET /api/v1/users`'],
    ['GET /v2/simulations/', 'path_incomplete', '`GET /api/v3/simulations/`'],
    // An id can be missing anywhere, and a word is not taken for an id without its kind.
    ['GET /v2/nvcf/functions/versions', 'path_incomplete', '`GET /v2/nvcf/functions/{functionId}/versions`'],
    [
      'POST /auth/realms/protocol/openid-connect/token',
      'path_incomplete',
      '`POST /auth/realms/{realm}/protocol/openid-connect/token`',
    ],
  ])('about the nearest path only: %s', async (request, code, expected) => {
    const { codes, texts } = await hintsOf(server.call, request);

    expect(codes).toEqual([code]);
    expect(texts[0]?.match(/`[A-Z]+ [^`]+`/g)?.join(', ')).toBe(expected);
  });

  it('every path of the key service, which needs a flag', async () => {
    const [document] = documentsOfServices().filter(({ name }) => name === 'nak');
    const requests = (document?.operations ?? []).map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'x')}`,
    );

    expect(requests).toContain('POST /v1/admin/keys');
    for (const request of requests) {
      const { headers } = await server.call(request);
      expect([request, headers['x-mock-hint']]).toEqual([request, expect.stringContaining('`--nvcf open-source`')]);
    }
    const { codes, texts } = await hintsOf(server.call, 'POST /v1/admin/keys');
    expect(codes).toEqual(['path_of_key_service']);
    expect(texts[0]).toContain('start the mock with `--nvcf open-source`');
    const selfHosted = await testServer({ nvcf: 'open-source' });
    expect((await hintsOf(selfHosted.call, 'GET /v1/services/x/y')).codes).not.toContain('path_of_key_service');
    expect((await hintsOf(server.call, 'GET /v1/keystone')).codes).not.toContain('path_of_key_service');
  });

  it('every vendor operation with a trailing slash', async () => {
    const missing: string[] = [];
    for (const service of ['runai', 'nvcf', 'ngc']) {
      const { body: document } = await server.call(`GET /openapi/${service}.json`);
      for (const [path, methods] of Object.entries<object>(document.paths)) {
        const called = `${path.replaceAll(/\{\w+\}/g, 'acme')}/`;
        for (const method of Object.keys(methods).filter((name) => /^(get|post|put|patch|delete)$/.test(name))) {
          const { headers } = await server.call(`${method.toUpperCase()} ${called}`);
          const hint = String(headers['x-mock-hint']);
          if (!hint.includes('ends with a slash')) missing.push(`${method} ${called}: ${hint}`);
        }
      }
    }

    expect(missing).toEqual([]);
  });

  it('about all hosts that serve it', async () => {
    for (const [request, path] of [
      ['GET /v1/models', '/v1/models'],
      ['POST /v1/messages', '/v1/messages'],
    ] as const) {
      const [method] = request.split(' ');
      expect((await hintsOf(server.call, request)).texts[0]).toContain(
        `call \`${method} /llm${path}\`, \`${method} /integrate${path}\`, or \`${method} ${path}\` on the host \`llm.localhost\`, or \`${method} ${path}\` on the host \`integrate.localhost\`.`,
      );
    }
  });

  it.each([
    ['GET /api/v1/v2/nvcf/functions', 'The path starts with `/api/v1`, which is not part of this path: call'],
    ['POST /hunter2/api/v1/hunter2/api/v1/token', 'The path starts with a part that this API does not use: call'],
    ['POST /hunter2/api/v1/token', 'The path starts with a part that this API does not use: call'],
  ])('about its prefix, unless no API has such a prefix: %s', async (request, expected) => {
    expect((await hintsOf(server.call, request)).texts[0]).toContain(expected);
  });

  it.each([
    ['POST /api/v1/api/v1/token', 'api/v1', 'api/v1', 'POST /api/v1/token'],
    ['GET /v2/orgs/acme/nvcf/nvcf/functions', 'nvcf', 'nvcf', 'GET /v2/orgs/acme/nvcf/functions'],
    ['GET /integrate/v1/embeddings/v1/models', 'v1', 'v1/embeddings', 'GET /integrate/v1/models'],
  ])('about a part that is there twice, with the right request: %s', async (request, twice, removed, meant) => {
    const { codes, texts } = await hintsOf(server.call, request);
    const { body } = await server.call('GET /_mock/requests?limit=1');
    const [method, path] = meant.split(' ');

    expect(codes).toEqual(['path_prefix_extra']);
    expect(texts[0]).toContain(`\`${twice}\` is in the path twice: take \`${removed}\` out of the base URL, and call`);
    expect(body.requests[0].hints[0].request).toEqual({ method, path });
  });

  it.each([
    'GET /nowhere',
    'GET /hunter2/hunter2/users',
    `GET /${'a/'.repeat(2000)}`,
    'GET /{org}',
    'GET /api/v3/nothing',
  ])('but not without a similar path: %.40s', async (request) => {
    expect((await hintsOf(server.call, request)).codes).toEqual([]);
  });

  it('the prefix of a world twice', async () => {
    await makeWorld(server, { id: 'twice' });
    const answer = await server.call('POST /w/twice/w/twice/api/v1/token', { body: {} });

    expect(answer.status).toBe(404);
    expect(answer.headers['x-mock-hint']).toMatch(/prefix of a world twice/);
  });
});

it('an incomplete path of the control API gets the complete path', async () => {
  const { body } = await server.call('GET /_mock/tables');

  expect(body.detail).toContain('The end of the path is missing: call `GET /_mock/tables/{service}`.');
});
