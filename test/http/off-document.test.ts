/** What becomes of answers that do not fit their document. */
import { describe, expect, it } from 'vitest';
import { withoutHandlerChecks } from '../../scripts/documents/handler-checks.mjs';
import { profilesOf } from '../../scripts/documents/versions.mjs';
import { mergedDocuments } from '../../scripts/documents.mjs';
import type { ServerParts } from '../../src/app/inputs.ts';
import { SILENT_LOG } from '../../src/diagnostics/log.ts';
import { DOCUMENTS, Documents, type PreparedDocument } from '../../src/http/openapi.ts';
import { preparedAs } from '../support/api-document.ts';
import { testServer } from '../support/server.ts';

/** A document, as far as it is changed here. */
interface Changeable {
  readonly paths: Readonly<Record<string, Record<string, { responses: Record<string, unknown> }>>>;
  readonly components: { readonly schemas: Record<string, { required?: string[] }> };
}

/** The documents as the build prepares them, by name. */
const BUILT = new Map(
  (await mergedDocuments()).flatMap(([name, merged]): [string, object][] => [
    [name, withoutHandlerChecks(merged)],
    ...profilesOf(merged).map(([version, document]): [string, object] => [
      `${name}.${version}`,
      withoutHandlerChecks(document),
    ]),
  ]),
);

/** The documents, with a change to those that have the path. */
class Changed extends Documents {
  readonly #path: string;
  readonly #change: (document: Changeable) => void;

  constructor(path: string, change: (document: Changeable) => void) {
    super();
    this.#path = path;
    this.#change = change;
  }

  override open(name: string, prepared: (name: string) => Promise<PreparedDocument>) {
    const built = BUILT.get(name) as Changeable;
    if (!(this.#path in built.paths)) return DOCUMENTS.open(name, prepared);
    const document = structuredClone(built);
    this.#change(document);
    return super.open(name, async () => preparedAs(document));
  }
}

const PATH = '/api/v1/access-keys';
const TEXT = { host: 'localhost', 'content-type': 'text/plain' };
/** Forgets what an operation answers by a status. */
const without = (status: number, path = PATH, method = 'get') =>
  new Changed(path, ({ paths }) => {
    delete paths[path]?.[method]?.responses[status];
  });
/** Opened once for all tests about a refusal that its document does not name. */
const NO_401 = without(401);
const server = (documents: Documents, parts: Partial<ServerParts> = {}) => testServer({}, { documents, ...parts });
/** What the switchboard tells of answers that did not fit, after a request. */
const findingsAfter = async (documents: Documents, request: string, parts = {}) => {
  const { call } = await server(documents, { offDocument: 'report' });
  await call(request, parts);
  const { findings } = (await call('GET /_mock/findings')).body;
  return findings
    .filter(({ kind }: { kind: string }) => kind === 'answer_off_document')
    .map(({ message }: { message: string }) => message);
};

describe('an answer that does not fit its document', () => {
  /** The status of a refusal that its document does not name, and what the control API finds worth knowing. */
  const refusedBy = async (offDocument: ServerParts['offDocument'], strict = false) => {
    const parts = { documents: NO_401, log: () => SILENT_LOG, offDocument: offDocument as never };
    const { app, call } = await testServer({ strict }, parts);
    const { statusCode } = await app.inject({ url: PATH, headers: { host: 'localhost' } });
    const { findings } = (await call('GET /_mock/findings')).body;
    return [statusCode, findings.map(({ kind }: { kind: string }) => kind)];
  };

  it('is sent as it is, and not compared, unless somebody asks for it', async () => {
    expect(await refusedBy('off')).toEqual([401, []]);
    expect(await refusedBy(undefined)).toEqual([401, []]);
  });

  it('is sent and becomes a finding, also of a server that is strict', async () => {
    expect(await refusedBy('report')).toEqual([401, ['answer_off_document']]);
    expect(await refusedBy(undefined, true)).toEqual([401, ['answer_off_document']]);
  });

  it('fails its request, where tests want that', async () => {
    expect(await refusedBy('throw')).toEqual([500, []]);
    expect(await refusedBy('throw', true)).toEqual([500, []]);
  });
});

describe('a refusal that does not fit its document', () => {
  it('is a finding when its operation does not list the status', async () => {
    expect(await findingsAfter(NO_401, `GET ${PATH}`)).toEqual([
      'get_access_keys 401: the document does not list the status 401',
    ]);
  });

  it('is a finding when it was made before the caller was known, too', async () => {
    expect(await findingsAfter(without(400), `GET ${PATH}`, { headers: { host: 'no name' } })).toEqual([
      'get_access_keys 400: the document does not list the status 400',
    ]);
  });

  it('is a finding when its body is not what errors of the service look like', async () => {
    const documents = new Changed(PATH, ({ components: { schemas } }) => {
      (schemas['Error'] as { required: string[] }).required = ['trace'];
    });
    expect(await findingsAfter(documents, `GET ${PATH}`)).toEqual([expect.stringContaining("property 'trace'")]);
  });

  it('is no finding when the status is one of the server as a whole', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1);
    const headers = { 'content-type': 'application/json' };
    expect(await findingsAfter(DOCUMENTS, 'POST /api/v1/token', { headers, body })).toEqual([]);
  });

  it('fails the request of a server under test', async () => {
    const path = '/api/v1/token';
    const { app } = await server(without(415, path, 'post'), { log: () => SILENT_LOG });
    const { statusCode } = await app.inject({ method: 'POST', url: path, headers: TEXT, payload: 'text' });

    expect(statusCode).toBe(500);
  });
});

describe('the first request to a service', () => {
  // One path of each document, which no request has asked of before.
  const paths = [
    [
      '/auth/realms//protocol/openid-connect/userinfo',
      '/v2/orgs//ngc/nvcf/gpu/quota/rules',
      '/v3/orgs//keys',
      '/api/v3/simulations//',
    ],
    ['/auth/realms//protocol/openid-connect/logout', '/v2/nvcf/assets/'],
    ['/api/v1/access-keys/', '/v2/orgs//nvcf/functions'],
    ['/api/v1/administration/access-keys//'],
  ];

  it.each(paths)('may be about a path with an empty segment: %s', async (...ofEach) => {
    const { call } = await server(new Documents());

    for (const path of ofEach) expect((await call(`GET ${path}`)).status, path).toBe(404);
  });
});
