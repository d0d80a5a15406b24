/** Responses that do not match their document. */

import { describe, expect, it } from 'vitest';
import { withoutHandlerChecks } from '../../scripts/documents/handler-checks.mjs';
import { profilesOf } from '../../scripts/documents/versions.mjs';
import { mergedDocuments } from '../../scripts/documents.mjs';
import type { ServerParts } from '../../src/app/inputs.ts';
import { DOCUMENTS, Documents, type PreparedDocument } from '../../src/http/openapi.ts';
import { SILENT_LOG } from '../../src/lib/log.ts';
import { preparedAs } from '../support/api-document.ts';
import { listHints } from '../support/hints.ts';
import { testServer } from '../support/server.ts';

/** The parts of a document that are changed here. */
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

/** The documents, with a change to each document that has the path. */
class ChangedDocuments extends Documents {
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
/** Removes the response with a status from an operation. */
const removeResponse = (status: number, path = PATH, method = 'get') =>
  new ChangedDocuments(path, ({ paths }) => {
    delete paths[path]?.[method]?.responses[status];
  });
/** Opened once for all tests about a rejection that its document does not list. */
const NO_401 = removeResponse(401);
const startServer = (documents: Documents, parts: Partial<ServerParts> = {}) => testServer({}, { documents, ...parts });
/** The hints about responses that do not match, after a request. */
const readHints = async (documents: Documents, request: string, parts = {}) => {
  const { call } = await startServer(documents, { offDocument: 'report' });
  await call(request, parts);
  const hints = await listHints({ call });
  return hints
    .filter(({ code }: { code: string }) => code === 'answer_off_document')
    .map(({ text }: { text: string }) => text);
};

describe('a response that does not match its document', () => {
  /** The status of a rejection that its document does not list, and the kinds of the hints. */
  const sendRejected = async (offDocument: ServerParts['offDocument'], strict = false) => {
    const parts = { documents: NO_401, log: () => SILENT_LOG, offDocument: offDocument as never };
    const { app, call } = await testServer({ strict }, parts);
    const { statusCode } = await app.inject({ url: PATH, headers: { host: 'localhost' } });
    const hints = await listHints({ call });
    return [statusCode, hints.map(({ code }: { code: string }) => code)];
  };

  it('is sent without a comparison by default', async () => {
    expect(await sendRejected('off')).toEqual([401, []]);
    expect(await sendRejected(undefined)).toEqual([401, []]);
  });

  it('is sent and reported as a hint, also by a strict server', async () => {
    expect(await sendRejected('report')).toEqual([401, ['answer_off_document']]);
    expect(await sendRejected(undefined, true)).toEqual([401, ['answer_off_document']]);
  });

  it('fails its request in the mode `throw`', async () => {
    expect(await sendRejected('throw')).toEqual([500, []]);
    expect(await sendRejected('throw', true)).toEqual([500, []]);
  });
});

describe('a rejection that does not match its document', () => {
  it('is a hint if its operation does not list the status', async () => {
    expect(await readHints(NO_401, `GET ${PATH}`)).toEqual([
      'get_access_keys 401: the document does not list the status 401',
    ]);
  });

  it('is a hint before authentication, too', async () => {
    expect(await readHints(removeResponse(400), `GET ${PATH}`, { headers: { host: 'no name' } })).toEqual([
      'get_access_keys 400: the document does not list the status 400',
    ]);
  });

  it('fails the request in tests by default', async () => {
    const path = '/api/v1/token';
    const { app } = await startServer(removeResponse(415, path, 'post'), { log: () => SILENT_LOG });
    const { statusCode } = await app.inject({ method: 'POST', url: path, headers: TEXT, payload: 'text' });

    expect(statusCode).toBe(500);
  });
});

describe('the first request to a service', () => {
  // Paths of each document, in groups. No earlier request has used them.
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

  it.each(paths)('may have an empty path segment: %s', async (...group) => {
    const { call } = await startServer(new Documents());

    for (const path of group) expect((await call(`GET ${path}`)).status, path).toBe(404);
  });
});
