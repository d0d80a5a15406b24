// @ts-check
/**
 * Examples named `cast`: for each operation, a request that succeeds in the built-in world, and its response.
 *
 * `openapi/NAME/cast/requests.json` has the handwritten requests. `openapi/NAME/cast/DOCUMENT.json` has the responses,
 * recorded by `test/app/cast-examples.test.ts`.
 */
import { readdir, readFile } from 'node:fs/promises';

/**
 * @typedef {object} CastRequest
 * @property {Record<string, unknown>} [parameters] path and query parameters by name
 * @property {unknown} [body]
 */

/**
 * @typedef {object} CastRequests
 * @property {Record<string, unknown>} parameters default values for all operations
 * @property {Record<string, unknown>} [optional] values of optional query parameters. A request without required values uses
 *   the first one that it knows, because tools such as Specmatic skip requests without a named example
 * @property {Record<string, CastRequest>} operations by operation id
 * @property {Record<string, string>} refused operations that can't succeed with a single request, with the reason;
 *   `NAME@VERSION` applies to a single version
 * @property {Record<string, string>} skipped operations with an endless or incomparable response, with the reason
 * @property {Record<string, string>} varying operations without a recorded response, with the reason; the example is in the document
 */

/** @typedef {{ status: number, type?: string, body?: unknown }} CastAnswer */
/** @typedef {{ requests: CastRequests, answers: Map<string, Record<string, CastAnswer>> }} CastExamples */

const SOURCE = new URL('../../openapi/', import.meta.url);
const NAME = 'cast';

/**
 * Reads the requests of a service, and the recorded responses for each of its documents.
 *
 * @param {string} service
 * @returns {Promise<CastExamples | undefined>} undefined for a service without examples
 */
export async function castExamplesOf(service) {
  const folder = new URL(`${service}/cast/`, SOURCE);
  const files = await readdir(folder).catch(() => /** @type {string[]} */ ([]));
  if (!files.includes('requests.json')) return undefined;
  const json = async (/** @type {string} */ file) => JSON.parse(await readFile(new URL(file, folder), 'utf8'));
  const recorded = files.filter((file) => file !== 'requests.json').sort();
  const answers = await Promise.all(
    recorded.map(async (file) => /** @type {const} */ ([file.slice(0, -5), await json(file)])),
  );
  return { requests: await json('requests.json'), answers: new Map(answers) };
}

/**
 * Returns an operation's request: its parameter values, and its body.
 *
 * @param {any} document
 * @param {any} operation
 * @param {CastRequests} requests
 * @returns {{ parameters: { parameter: any, value: unknown }[], body: unknown }}
 */
export function castRequestOf(document, operation, requests) {
  const own = requests.operations[requestIdOf(operation, requests)] ?? {};
  const all = (operation.parameters ?? []).map((/** @type {any} */ part) => follow(document, part));
  const parameters = all.flatMap((/** @type {any} */ parameter) => {
    const isNeeded = parameter.in === 'path' || parameter.required === true;
    const value = own.parameters?.[parameter.name] ?? (isNeeded ? requests.parameters[parameter.name] : undefined);
    return value === undefined ? [] : [{ parameter, value }];
  });
  if (parameters.length > 0 || own.body !== undefined) return { parameters, body: own.body };
  const isOptional = (/** @type {any} */ one) => one.in === 'query' && requests.optional?.[one.name] !== undefined;
  const chosen = all.find(isOptional);
  return {
    parameters: chosen === undefined ? [] : [{ parameter: chosen, value: requests.optional?.[chosen.name] }],
    body: undefined,
  };
}

/**
 * Adds the examples of requests and responses to a document.
 *
 * @param {any} document
 * @param {CastExamples | undefined} examples
 * @param {string} name of the document, such as `runai.2.24`; the document with all versions gets the examples of any version
 */
export function withCastExamples(document, examples, name) {
  if (examples === undefined) return document;
  const { requests, answers } = examples;
  const recorded = answers.get(name) ?? Object.assign({}, ...answers.values());
  const paths = Object.entries(document.paths).map(([path, item]) => [
    path,
    Object.fromEntries(
      Object.entries(item).map(([method, operation]) => [
        method,
        exemplified(document, operation, { requests, recorded, name }),
      ]),
    ),
  ]);
  return { ...document, paths: Object.fromEntries(paths) };
}

/**
 * @param {any} document
 * @param {any} operation
 * @param {{ requests: CastRequests, recorded: Record<string, CastAnswer>, name: string }} examples of the document
 */
function exemplified(document, operation, { requests, recorded, name }) {
  const { parameters, body } = castRequestOf(document, operation, requests);
  if (isRefused(requests, operation, name) || idOf(operation) in requests.skipped) {
    // Without a name, because tools send named examples.
    if (body === undefined) return operation;
    return { ...operation, requestBody: withContent(follow(document, operation.requestBody), body, undefined, false) };
  }
  const answer = recorded[requestIdOf(operation, requests)];
  const values = new Map(parameters.map(({ parameter, value }) => [parameter, value]));
  const isNamed = values.size > 0 || body !== undefined;
  return {
    ...operation,
    ...(operation.parameters && {
      parameters: operation.parameters.map((/** @type {any} */ part) => {
        const parameter = follow(document, part);
        return values.has(parameter) ? withExample(parameter, values.get(parameter)) : part;
      }),
    }),
    ...(body !== undefined && { requestBody: withContent(follow(document, operation.requestBody), body) }),
    ...(answer?.body !== undefined && {
      responses: {
        ...operation.responses,
        [answer.status]: withContent(
          follow(document, operation.responses[answer.status]),
          answer.body,
          answer.type,
          isNamed,
        ),
      },
    }),
  };
}

/**
 * @param {any} part a body or a response
 * @param {unknown} value
 * @param {string} [type] Default: the first media type
 * @param {boolean} [isNamed] false for a request without an example: Specmatic rejects a document with a named example in a
 * response but not in its request
 */
function withContent(part, value, type = Object.keys(part.content ?? {})[0], isNamed = true) {
  const media = type === undefined ? undefined : part.content?.[type];
  if (type === undefined || media === undefined) return part;
  const { example: _, ...rest } = media;
  const shown = isNamed || media.examples !== undefined ? withExample(media, value) : { ...rest, example: value };
  return { ...part, content: { ...part.content, [type]: shown } };
}

/** @param {any} part a parameter or a media type @param {unknown} value */
function withExample({ example: _, examples, ...part }, value) {
  return { ...part, examples: { [NAME]: { value }, ...examples } };
}

/**
 * Whether an operation can't succeed with a single request.
 *
 * @param {CastRequests} requests
 * @param {any} operation
 * @param {string} name of the document, such as `runai.2.24`
 */
export function isRefused({ refused }, operation, name) {
  const version = name.split('.').slice(1).join('.');
  return idOf(operation) in refused || `${idOf(operation)}@${version}` in refused;
}

/** Returns the id of an operation, or of the original if it is an alias. @param {any} operation @returns {string} */
export function idOf({ operationId, 'x-alias-of': id = operationId }) {
  return id;
}

/**
 * Returns the id with which an operation's request and response are stored. An alias without its own uses the original's.
 *
 * @param {any} operation
 * @param {CastRequests} requests
 * @returns {string}
 */
export function requestIdOf(operation, { operations }) {
  return operation.operationId in operations ? operation.operationId : idOf(operation);
}

/** Resolves a part that may be a reference. @param {any} document @param {any} part @returns {any} */
export function follow(document, part) {
  const [, ...steps] = part?.$ref?.split('/') ?? [];
  return steps.length === 0
    ? part
    : steps.reduce((/** @type {any} */ found, /** @type {string} */ step) => found?.[step], document);
}
