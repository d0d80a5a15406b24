import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './source-files.ts';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

const FOLDER = join(ROOT, 'dist/openapi');
const operations = readdirSync(FOLDER).flatMap((file) => {
  const { paths, security = [] } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
  return Object.entries<Record<string, Operation>>(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      file,
      path,
      method,
      ...operation,
      isPublic: (operation.security ?? security).length === 0,
    })),
  );
});
type Listed = (typeof operations)[number];

/** RFC 6749 has no 415: a body of another type is a malformed request. */
const OAUTH = /^\/api\/v2\/token$|\/openid-connect\/(?:token(?:\/introspect)?|userinfo|revoke)$/;
const acceptsBody = ({ method, path, requestBody }: Listed) => {
  if (OAUTH.test(path)) return false;
  if (requestBody === undefined) return !['get', 'delete'].includes(method);
  return Object.keys(requestBody.content).some((type) => /json|form/.test(type));
};

it.each<[status: number, what: string, applies: (operation: Listed) => boolean]>([
  [400, 'every operation, because any request can have an invalid header', () => true],
  [403, 'every operation, because web pages may not call it', () => true],
  [404, 'every operation with path parameters', ({ path }) => path.includes('{')],
  [415, 'every operation that accepts a JSON or form body, which may be empty', acceptsBody],
  [401, 'every operation that requires a credential', ({ isPublic }) => !isPublic],
])('the documents list %i for %s', (status, _what, applies) => {
  const expected = operations.filter(applies);

  expect(expected).not.toEqual([]);
  expect(
    expected.filter(({ responses }) => !(status in responses)).map(({ file, operationId }) => `${file} ${operationId}`),
  ).toEqual([]);
});
