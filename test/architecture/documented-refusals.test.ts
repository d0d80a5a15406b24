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
      ...{ file, path, method, operation },
      isPublic: (operation.security ?? security).length === 0,
    })),
  );
});
/** Operations with this, whose document does not list the status. */
const lacking = (status: number, has: (one: (typeof operations)[number]) => boolean) =>
  operations
    .filter((one) => has(one) && !(status in one.operation.responses))
    .map(({ file, operation: { operationId } }) => `${file} ${operationId}`);

/** RFC 6749 knows no 415: a body of another type is a malformed request there. */
const OAUTH = /^\/api\/v2\/token$|\/openid-connect\/(?:token(?:\/introspect)?|userinfo|revoke)$/;
const reads = ({ method, path, operation: { requestBody } }: (typeof operations)[number]) => {
  if (OAUTH.test(path)) return false;
  if (requestBody === undefined) return !['get', 'delete'].includes(method);
  return Object.keys(requestBody.content).some((type) => /json|form/.test(type));
};

describe('the documents name', () => {
  it('400 for every operation, because any request can have a header that is not valid', () => {
    expect(lacking(400, () => true)).toEqual([]);
  });

  it('403 for every operation, because a web page may call none', () => {
    expect(lacking(403, () => true)).toEqual([]);
  });

  it('404 for every operation whose path has parameters', () => {
    expect(lacking(404, ({ path }) => path.includes('{'))).toEqual([]);
  });

  it('415 for every operation that reads a body of one type', () => {
    expect(lacking(415, reads)).toEqual([]);
  });

  it('401 for every operation that wants a credential', () => {
    expect(lacking(401, ({ isPublic }) => !isPublic)).toEqual([]);
  });
});
