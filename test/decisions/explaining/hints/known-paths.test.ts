import { describe, expect, it } from 'vitest';
import { findKnownPath } from '../../../../src/decisions/explaining/hints/index.ts';
import { hintsOf } from '../../../support/hints.ts';
import { documentsOfServices } from '../../../support/list-operations.ts';
import { testServer } from '../../../support/server.ts';

const server = await testServer();

describe("a path of Air's older APIs", () => {
  it.each([
    ['POST /api/v1/login/', 1],
    ['GET /api/v1/simulation/', 1],
    ['GET /api/v2/simulations/', 2],
  ])('gets a hint: %s', async (request, version) => {
    const { codes, texts } = await hintsOf(server.call, request);

    expect(codes).toEqual(['path_of_older_api']);
    expect(texts[0]).toMatch(new RegExp(`version ${version} of Air's API.*\`/api/v3/\``));
  });

  it('is named in the response, too', async () => {
    const { status, body } = await server.call('POST /api/v1/login/');

    expect(status).toBe(404);
    expect(JSON.stringify(body)).toContain("version 1 of Air's API");
  });

  it.each([
    ['GET /api/v1/simulations-of-runai', 'an unknown path of Run:ai'],
    ['GET /api/v1/organizations', 'a path of another version'],
    ['GET /api/v3/simulation/', 'an unknown path of version 3'],
  ])('does not include %s, %s', async (request) => {
    const { codes } = await hintsOf(server.call, request);

    expect(codes).not.toContain('path_of_older_api');
  });
});

it.each([
  ['GET /.well-known/openid-configuration/auth/realms/acme', 'path_elsewhere'],
  ['GET /healthz', 'path_elsewhere'],
  ['POST /v2/acme/translate/blobs/uploads/', 'not_emulated'],
  ['GET /index.yaml', 'not_emulated'],
])('%s has only the hint %s', async (request, code) => {
  expect((await hintsOf(server.call, request)).codes).toEqual([code]);
});

it('no operation of any service has such a path', () => {
  const paths = documentsOfServices().flatMap(({ operations }) => operations.map(({ path }) => path));

  expect(paths).toContain('/llm/healthz');
  expect(paths.filter((path) => findKnownPath(path.replaceAll(/\{\w+\}/g, 'x')) !== undefined)).toEqual([]);
});
