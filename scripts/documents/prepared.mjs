// @ts-check
/** What the server reads of a document (`src/http/openapi/prepared.ts`): it contains no references. */
import { closed } from './closed.mjs';
import { resolved } from './resolved.mjs';

/** @typedef {import('../../src/http/openapi/prepared.ts').PreparedOperations} PreparedOperations */
/** @typedef {import('../../src/http/openapi/prepared.ts').PreparedOperation} PreparedOperation */
/** @typedef {import('../../src/http/openapi/prepared.ts').PreparedSchemas} PreparedSchemas */
/** @typedef {import('../../src/http/openapi/prepared.ts').OperationSchemas} OperationSchemas */

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * @param {any} document
 * @returns {{ operations: PreparedOperations, schemas: PreparedSchemas }}
 */
export function prepared(document) {
  const { security = [], 'x-other-versions': otherVersions = [], 'x-errors': errors = [] } = document;
  const all = resolvedOperations(document);
  return {
    operations: { operations: all.map((one) => factsOf({ security, ...one })), otherVersions },
    schemas: {
      operations: Object.fromEntries(all.map((one) => [one.operationId, schemasOf(one)])),
      errors: Object.fromEntries(
        errors.map((/** @type {any} */ schema) => [schema.$ref.split('/').at(-1), closed(resolved(document, schema))]),
      ),
    },
  };
}

/**
 * All operations, each with the parameters of its path, and complete: parameters, bodies, answers and schemas are
 * included.
 *
 * @param {any} document
 * @returns {any[]}
 */
function resolvedOperations(document) {
  const whole = (/** @type {any} */ part) => resolved(document, part);
  return Object.entries(document.paths).flatMap(([path, { parameters: shared = [], ...item }]) =>
    Object.entries(item).map(([method, { parameters = [], requestBody, responses = {}, ...operation }]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
      parameters: [...shared, ...parameters].map(whole),
      requestBody: whole(requestBody),
      responses: whole(responses),
    })),
  );
}

/**
 * @param {any} operation
 * @returns {PreparedOperation}
 */
function factsOf({ operationId, 'x-alias-of': id = operationId, method, path, parameters, requestBody, ...more }) {
  /** @type {(place: string, fits?: (schema: any) => boolean) => string[]} */
  const named = (place, fits = () => true) =>
    parameters
      .filter((/** @type {any} */ one) => one.in === place && fits(one.schema ?? {}))
      .map((/** @type {any} */ { name }) => name);
  const bodySchema = requestBody?.content[JSON_TYPE]?.schema;
  return {
    operationId,
    id,
    method,
    path,
    summary: more.summary ?? '',
    public: more.security.length === 0,
    pathParams: named('path'),
    uuidParams: named('path', ({ format }) => format === 'uuid'),
    queryNames: named('query'),
    queryLists: named('query', ({ type }) => type === 'array'),
    body: requestBody === undefined ? 'none' : requestBody.required === true ? 'required' : 'optional',
    bodyForm: bodyFormOf(requestBody?.content),
    bodyFields: Object.keys(bodySchema?.properties ?? {}),
    bodyOtherVersions: (bodySchema?.properties && bodySchema['x-other-versions']) ?? {},
  };
}

/**
 * @param {object | undefined} content
 * @returns {PreparedOperation['bodyForm']}
 */
function bodyFormOf(content) {
  if (content === undefined || JSON_TYPE in content) return 'json';
  return FORM_TYPE in content ? 'form' : 'bytes';
}

/**
 * @param {any} operation
 * @returns {OperationSchemas}
 */
function schemasOf({ parameters, requestBody, responses }) {
  const answers = Object.entries(responses).map(([status, { content }]) => [status, content ? formsOf(content) : null]);
  return { parameters, ...(requestBody !== undefined && { requestBody }), answers: Object.fromEntries(answers) };
}

/**
 * Schemas by media type. A media type without a schema is not a form of an answer, unless it stands for every type.
 *
 * @param {Record<string, { readonly schema?: object }>} content
 */
function formsOf(content) {
  const told = Object.entries(content).filter(([type, { schema }]) => schema !== undefined || type === '*/*');
  return Object.fromEntries(told.map(([type, { schema = {} }]) => [type, closed(schema)]));
}
