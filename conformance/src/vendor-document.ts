import {
  type ApiDocument,
  Documents,
  type FoundOperation,
  messageOf,
  OperationRouter,
  prepared,
  shapeOf,
  UserError,
} from '../../src/conformance-entry.ts';
import {
  basePathsOf,
  listOf,
  type Members,
  membersOf,
  type OpenApiDocument,
  parseOpenApi,
  resolveReference,
  serversOf,
} from './verify/open-api.ts';
import { METHODS } from './verify/structure.ts';

/** A vendor's document that validates requests and responses. */
export class VendorDocument {
  /** For messages, such as `--spec openapi.yaml`. */
  readonly name: string;
  readonly paths: readonly string[];
  readonly #document: ApiDocument;
  readonly #router: OperationRouter;

  /** @param document a prepared document, with the base paths of its servers in its paths */
  constructor(name: string, document: ApiDocument) {
    this.name = name;
    this.paths = [...new Set(document.operations.map(({ path }) => path))];
    this.#document = document;
    this.#router = new OperationRouter(document.operations, true);
    // Build eagerly so that an invalid path fails here.
    this.#router.find('GET', '/');
  }

  /** Loads the schemas with all keywords, for `requestFault` with `documented`. */
  async ready(): Promise<void> {
    await Promise.all([this.#document.ready(), this.#document.ready('documented')]);
  }

  /** Returns the methods of a path. */
  methodsOf(path: string): string[] {
    const methods = new Set(this.#document.operations.map(({ method }) => method));
    return [...methods].filter((method) => this.find(method, path) !== null).sort();
  }

  /** Returns the operation for a path, or null. */
  find(method: string, path: string): FoundOperation | null {
    const found = this.#router.find(method, path);
    return found === 'path_too_long' ? null : found;
  }
}

/**
 * Prepares a vendor's document for validating requests and responses.
 *
 * @param name for messages
 * @throws UserError if it isn't OpenAPI 3, or is malformed
 */
export async function openVendorDocument(content: unknown, name: string): Promise<VendorDocument> {
  const source = parseOpenApi(content, name);
  try {
    const { operations, schemas } = prepared(completeDocument(source), { isVendors: true });
    const text = JSON.stringify(schemas, (_, value) => convertNullable(convertBounds(value)));
    const read = async () => ({ operations: JSON.stringify(operations), schemas: async () => text });
    const opened = await new Documents({ ownProperties: true }).open(name, read);
    await opened.ready();
    return new VendorDocument(name, opened);
  } catch (cause) {
    throw new UserError(`${name} cannot be used: ${whyUnusable(cause)}.`, { cause });
  }
}

function whyUnusable(cause: unknown): string {
  if (cause instanceof RangeError) return 'its schemas are too large, or nested too deeply';
  return messageOf(cause);
}

/** In OpenAPI 3.0, `exclusiveMinimum` is a boolean that applies to `minimum`; Ajv expects a number. */
function convertBounds(value: unknown): unknown {
  const { exclusiveMinimum, exclusiveMaximum, minimum, maximum, ...schema } = membersOf(value);
  if (typeof exclusiveMinimum !== 'boolean' && typeof exclusiveMaximum !== 'boolean') return value;
  return {
    ...schema,
    [exclusiveMinimum === true ? 'exclusiveMinimum' : 'minimum']: minimum,
    [exclusiveMaximum === true ? 'exclusiveMaximum' : 'maximum']: maximum,
  };
}

/** In OpenAPI 3.0, `nullable` is allowed without a type; Ajv rejects that. */
function convertNullable(value: unknown): unknown {
  const { nullable, ...schema } = membersOf(value);
  if (typeof nullable !== 'boolean' || 'type' in schema) return value;
  return nullable ? { anyOf: [{ type: 'null' }, schema] } : schema;
}

/** Returns the document in the form that `prepared` expects: full paths that contain only operations with an id. */
function completeDocument(source: OpenApiDocument): object {
  const ids = new Set<unknown>();
  const seen = new Set<string>();
  const paths = new Map<string, Record<string, object>>();
  for (const [path, value] of Object.entries(membersOf(source.root['paths']))) {
    const item = membersOf(resolveReference(source, value));
    for (const method of METHODS) {
      if (item[method] === undefined) continue;
      const operation = membersOf(item[method]);
      for (const base of basePathsOf(serversOf(item, method) ?? source.root['servers'])) {
        const fullPath = toRoutablePath(`${base}${path}`);
        // If paths differ only in parameter names or a trailing slash, the first one wins.
        const key = `${method} ${shapeOf(fullPath ?? '')}`;
        if (fullPath === null || seen.has(key)) continue;
        seen.add(key);
        const { operationId: declaredId } = operation;
        const id = typeof declaredId === 'string' && !ids.has(declaredId) ? declaredId : `${method} ${fullPath}`;
        ids.add(id);
        const operations = paths.get(fullPath) ?? {};
        operations[method] = completeOperation(source, id, item, operation);
        paths.set(fullPath, operations);
      }
    }
  }
  return { ...source.root, paths: Object.fromEntries(paths) };
}

/** Headers that OpenAPI describes elsewhere; parameters with these names are ignored. */
const DESCRIBED_ELSEWHERE = /^(?:accept|content-type|authorization)$/i;

function completeOperation(source: OpenApiDocument, id: string, item: Members, operation: Members): object {
  const parameters = [...listOf(item['parameters']), ...listOf(operation['parameters'])].flatMap((entry) => {
    const parameter = membersOf(resolveReference(source, entry));
    const { in: location, name } = parameter;
    if (typeof name !== 'string') return [];
    if (location === 'path') return [{ ...parameter, name: toPlainName(name) }];
    // Recorded traffic has no cookies, so they aren't compared.
    return location === 'query' || (location === 'header' && !DESCRIBED_ELSEWHERE.test(name)) ? [parameter] : [];
  });
  // A parameter of the operation overrides one of the path.
  const byName = new Map(parameters.map((one) => [`${one['in']} ${one['name']}`, one]));
  const body = operation['requestBody'];
  return {
    parameters: [...byName.values()],
    ...(body !== undefined && { requestBody: { content: {}, ...membersOf(resolveReference(source, body)) } }),
    responses: operation['responses'] ?? {},
    security: [],
    operationId: id,
    'x-alias-of': id,
  };
}

/**
 * Returns the path with plain parameter names. Null if the router can't match it: a path with `:`, `*`, `(` or `?`, or with
 * text right after a parameter. The mock has no such paths.
 */
function toRoutablePath(path: string): string | null {
  return /^\/(?:[^{}:*()?]|\{[^{}/]+\}(?=[/.-]|$))*$/.test(path)
    ? path.replaceAll(/\{([^{}]*)\}/g, (_, name) => `{${toPlainName(name)}}`)
    : null;
}

/** The router would end a parameter name at `-`. */
function toPlainName(name: string): string {
  return name.replaceAll(/\W/g, '_');
}
