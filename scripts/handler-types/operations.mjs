// @ts-check

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** Media types of streams: events, and lines of JSON. */
const STREAMED = ['text/event-stream', 'application/x-ndjson'];

/**
 * Generates TypeScript types for the operations of a document, by handler id: the input after the preceding steps, and the
 * possible responses.
 *
 * @param {string} name of the service
 * @param {any} document of all versions
 */
export function operationTypes(name, document) {
  const { paths, components, security = [] } = document;
  /** @type {(part: any) => any} */
  const resolved = (part) =>
    part?.$ref === undefined ? part : components[part.$ref.split('/')[2]][part.$ref.split('/')[3]];
  const all = Object.values(paths).flatMap(({ parameters: shared = [], ...item }) =>
    Object.values(item).map((/** @type {any} */ operation) => ({
      security,
      ...operation,
      parameters: [...shared, ...(operation.parameters ?? [])].map(resolved),
    })),
  );
  const own = all.filter((operation) => operation['x-alias-of'] === undefined);
  const types = own.map((operation) => {
    const { operationId } = operation;
    const aliases = all.filter((other) => other['x-alias-of'] === operationId);
    const type = `operations['${operationId}']`;
    return [
      `  ${operationId}: {`,
      `    params: ${paramsType([operation, ...aliases])};`,
      `    query: ${queryType(type, operation)};`,
      `    body: ${bodyType(type, resolved(operation.requestBody))};`,
      `    answers: {`,
      // Refusals are thrown, and rendered by the service.
      ...Object.entries(operation.responses)
        .filter(([status]) => Number(status) < 400)
        .map(([status, response]) => `      ${status}: ${answerType(type, status, resolved(response))};`),
      `    };`,
      `    isPublic: ${operation.security.length === 0};`,
      `  };`,
    ].join('\n');
  });
  return [
    `import type { components, operations } from './${name}.document.d.ts';\n`,
    `export type Schemas = components['schemas'];\n`,
    `export interface Operations {\n${types.join('\n')}\n}\n`,
  ].join('\n');
}

/**
 * Path parameters are always text. They are optional if only some of the paths have them.
 *
 * @param {readonly any[]} spellings the operation and its aliases
 */
function paramsType(spellings) {
  const ofEach = spellings.map(({ parameters }) =>
    parameters.filter((/** @type {any} */ one) => one.in === 'path').map((/** @type {any} */ { name }) => name),
  );
  const names = [...new Set(ofEach.flat())];
  const members = names.map(
    (name) => `readonly ${JSON.stringify(name)}${ofEach.every((some) => some.includes(name)) ? '' : '?'}: string`,
  );
  return `{ ${members.join('; ')} }`;
}

/**
 * The query after validation: numbers and booleans are converted, lists are lists, and undocumented parameters are removed.
 *
 * @param {string} type
 * @param {any} operation
 */
function queryType(type, { parameters }) {
  const has = parameters.some((/** @type {any} */ one) => one.in === 'query');
  return has ? `NonNullable<${type}['parameters']['query']>` : '{}';
}

/**
 * The body. An optional JSON body that was not sent is `{}`.
 *
 * @param {string} type
 * @param {any} body
 */
function bodyType(type, body) {
  if (body === undefined) return 'undefined';
  const form = [JSON_TYPE, FORM_TYPE].find((one) => one in body.content);
  return form === undefined ? 'Buffer' : `NonNullable<${type}['requestBody']>['content']['${form}']`;
}

/**
 * A response body: JSON as a value, events and lines of JSON as a stream or bytes, anything else as bytes.
 *
 * @param {string} type
 * @param {string} status
 * @param {any} response
 */
function answerType(type, status, { content }) {
  if (content === undefined) return 'undefined';
  const types = Object.keys(content).map((media) =>
    STREAMED.includes(media)
      ? "import('node:stream').Readable | Buffer"
      : /json$/.test(media)
        ? `${type}['responses'][${status}]['content']['${media}']`
        : 'Buffer',
  );
  return [...new Set(types)].join(' | ');
}
