import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly security?: readonly unknown[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const FOLDER = join(ROOT, 'dist/openapi');
const operations = readdirSync(FOLDER).flatMap((file) => {
  const { paths, security = [] }: Document = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      file,
      path,
      method,
      operation,
      isPublic: (operation.security ?? security).length === 0,
    })),
  );
});
/** Lists the matching operations without a status in their document. */
const listMissing = (status: number, matches: (operation: (typeof operations)[number]) => boolean) =>
  operations
    .filter((candidate) => matches(candidate) && !(status in candidate.operation.responses))
    .map(({ file, operation: { operationId } }) => `${file} ${operationId}`);

/** RFC 6749 has no 415: a body of another type is a malformed request. */
const OAUTH = /^\/api\/v2\/token$|\/openid-connect\/(?:token(?:\/introspect)?|userinfo|revoke)$/;
const acceptsBody = ({ method, path, operation: { requestBody } }: (typeof operations)[number]) => {
  if (OAUTH.test(path)) return false;
  if (requestBody === undefined) return !['get', 'delete'].includes(method);
  return Object.keys(requestBody.content).some((type) => /json|form/.test(type));
};

describe('the documents list', () => {
  it('400 for every operation, because any request can have an invalid header', () => {
    expect(operations).not.toEqual([]);
    expect(listMissing(400, () => true)).toEqual([]);
  });

  it('403 for every operation, because web pages may not call it', () => {
    expect(listMissing(403, () => true)).toEqual([]);
  });

  it('404 for every operation with path parameters', () => {
    expect(listMissing(404, ({ path }) => path.includes('{'))).toEqual([]);
  });

  it('415 for every operation that accepts a JSON or form body, which may be empty', () => {
    expect(listMissing(415, acceptsBody)).toEqual([]);
  });

  it('401 for every operation that requires a credential', () => {
    expect(listMissing(401, ({ isPublic }) => !isPublic)).toEqual([]);
  });
});
