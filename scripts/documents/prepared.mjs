// @ts-check
/** Prepares a document for the server (`src/http/openapi/prepared.ts`). */
import { closed } from './closed.mjs';
import { hasKeywordsBeside, resolved, targetOf, withoutUnsent } from './resolved.mjs';

/** @typedef {import('../../src/http/openapi/prepared.ts').PreparedOperations} PreparedOperations */
/** @typedef {import('../../src/http/openapi/prepared.ts').PreparedOperation} PreparedOperation */
/** @typedef {import('../../src/http/openapi/prepared.ts').PreparedSchemas} PreparedSchemas */
/** @typedef {import('../../src/http/openapi/prepared.ts').OperationSchemas} OperationSchemas */

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Five times the resolved references in Run:ai's published document. */
const MAX_REFERENCES = 500_000;

/**
 * @param {any} document
 * @param {{ isVendors?: boolean }} [options] a vendor's document may be recursive, and its responses may have undocumented members
 * @returns {{ operations: PreparedOperations, schemas: PreparedSchemas }}
 */
export function prepared(document, { isVendors = false } = {}) {
  const { openapi, info, security = [], 'x-other-versions': otherVersions = [], 'x-errors': errors = [] } = document;
  const references = isVendors ? { left: MAX_REFERENCES } : undefined;
  const whole = (/** @type {any} */ part) => resolved(document, part, references);
  const answers = new Answers(
    document,
    isVendors ? (part) => withoutUnsent(whole(part), 'writeOnly') : (part) => closed(whole(part)),
  );
  const sent = isVendors ? (/** @type {any} */ part) => withoutUnsent(whole(part), 'readOnly') : whole;
  const all = resolvedOperations(document, sent, answers);
  for (const schema of errors) answers.schema(schema);
  return {
    operations: { operations: all.map((one) => factsOf({ security, ...one })), otherVersions },
    schemas: {
      openapi,
      info: whole(info),
      paths: pathsOf(all),
      components: answers.components,
    },
  };
}

/** @param {readonly any[]} operations */
function pathsOf(operations) {
  /** @type {Record<string, Record<string, OperationSchemas>>} */
  const paths = {};
  for (const { path, method, operationId, parameters, requestBody, responses } of operations) {
    const schemas = { operationId, parameters, ...(requestBody !== undefined && { requestBody }), responses };
    paths[path] = { ...paths[path], [method.toLowerCase()]: schemas };
  }
  return paths;
}

/**
 * Returns all operations, with the parameters of their path. Resolves all references except those of responses.
 *
 * @param {any} document
 * @param {(part: any) => any} whole
 * @param {Answers} answers
 * @returns {any[]}
 */
function resolvedOperations(document, whole, answers) {
  return Object.entries(document.paths).flatMap(([path, { parameters: shared = [], ...item }]) =>
    Object.entries(item).map(([method, { parameters = [], requestBody, responses = {}, ...operation }]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
      // Without a schema, a parameter accepts anything.
      parameters: [...shared, ...parameters].map((one) => ({ schema: {}, ...whole(one) })),
      requestBody: bodyOf(whole(requestBody)),
      responses: answers.of(responses),
    })),
  );
}

/** @param {any} body @returns {any} */
function bodyOf(body) {
  return body && { ...body, content: byEssence(body.content) };
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
    hasInput: parameters.length > 0 || requestBody !== undefined,
    queryTypes: queryTypesOf(parameters),
    body: requestBody === undefined ? 'none' : requestBody.required === true ? 'required' : 'optional',
    bodyForm: bodyFormOf(requestBody?.content),
    bodyFields: Object.keys(bodySchema?.properties ?? {}),
    bodyOtherVersions: (bodySchema?.properties && bodySchema['x-other-versions']) ?? {},
  };
}

/** `null` is ignored in a list of types. */
const QUERY_TYPES = new Set(['array', 'boolean', 'integer', 'number']);

/**
 * @param {readonly any[]} parameters
 * @returns {PreparedOperation['queryTypes']}
 */
function queryTypesOf(parameters) {
  const queries = parameters.filter((one) => one.in === 'query');
  const types = queries.map(({ name, schema = {} }) => [
    name,
    [schema.type].flat().find((one) => QUERY_TYPES.has(one)),
  ]);
  return Object.fromEntries(types.filter(([, type]) => type !== undefined));
}

/**
 * @param {object | undefined} content
 * @returns {PreparedOperation['bodyForm']}
 */
function bodyFormOf(content) {
  if (content === undefined || JSON_TYPE in content) return 'json';
  return FORM_TYPE in content ? 'form' : 'bytes';
}

/** The keys of `responses` that are not extensions. */
const STATUS = /^(?:[1-5](?:\d\d|XX|xx)|default)$/;

/**
 * @template Media
 * @param {Record<string, Media>} content
 * @returns {Record<string, Media>} by media type, in lower case and without parameters
 */
function byEssence(content) {
  const essence = (/** @type {string} */ type) => type.replace(/;.*/s, '').trim().toLowerCase();
  return Object.fromEntries(Object.entries(content).map(([type, media]) => [essence(type), media]));
}

/** Keeps shared parts of responses as components, so that openapi-backend compiles each only once. */
class Answers {
  #document;
  #whole;
  /** @type {Record<'responses' | 'schemas', Record<string, any>>} */
  components = { responses: Object.create(null), schemas: Object.create(null) };

  /**
   * @param {any} document
   * @param {(schema: any) => any} whole
   */
  constructor(document, whole) {
    this.#document = document;
    this.#whole = whole;
  }

  /** @param {Record<string, any>} responses @returns {OperationSchemas['responses']} */
  of(responses) {
    const named = Object.entries(responses).filter(([status]) => STATUS.test(status));
    return Object.fromEntries(named.map(([status, one]) => [status.replace(/xx$/, 'XX'), this.#response(one)]));
  }

  /** @param {any} schema */
  schema(schema) {
    return this.#component('schemas', schema, this.#whole);
  }

  /** @param {any} response */
  #response(response) {
    return this.#component('responses', response, (one) => {
      const { content } = this.#followed(one);
      // OpenAPI requires the description.
      return { description: '', ...(content && { content: this.#forms(content) }) };
    });
  }

  /** @param {Record<string, { readonly schema?: any }>} content */
  #forms(content) {
    const forms = Object.entries(byEssence(content));
    return Object.fromEntries(forms.map(([type, { schema = {} }]) => [type, { schema: this.schema(schema) }]));
  }

  /**
   * @param {'responses' | 'schemas'} kind
   * @param {any} part
   * @param {(part: any) => any} make
   */
  #component(kind, part, make) {
    const { $ref } = part;
    // Names with escaped characters and references to a part of a component don't match.
    const [, folder, name = ''] = /^#\/components\/(\w+)\/([\w.-]+)$/.exec($ref) ?? [];
    if (folder !== kind || hasKeywordsBeside(this.#document, part)) return make(part);
    this.components[kind][name] ??= make(targetOf(this.#document, $ref));
    return { $ref };
  }

  /** @param {any} part @returns {any} */
  #followed(part) {
    return part.$ref === undefined ? part : this.#followed(targetOf(this.#document, part.$ref));
  }
}
